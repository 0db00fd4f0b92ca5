// etcd, as its own module's main package, which cannot be built elsewhere: it replaces modules by folders.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
