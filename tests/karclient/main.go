// Command karclient stands in for `kar` in tests: it asks of Kafka and Redis
// what the KAR runtime asks, with the libraries KAR uses and configured by the
// same environment variables, and says with its exit status whether that works.
//
// It holds none of KAR's code: no actors, no HTTP. Build it once and share the
// path, which tests take from KARCTL_TEST_CLIENT:
//
//	CGO_ENABLED=0 go -C tests/karclient build -trimpath -o "$KARCTL_TEST_CLIENT" .
//
// One JSON document goes to stdout, a one-line reason to stderr. Exit status:
// 0 it worked, 1 it did not, 2 wrong usage or environment, 75 the start was lost
// to stale partition metadata (see errStalePartitions), which KAR suffers too.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/Shopify/sarama"
)

const usage = `usage: karclient COMMAND [FLAGS]

  ping                          Redis answers PING, Kafka answers with its metadata
  mesh   --app A                everything KAR does, from joining to a member's death
  write  --app A --count N      N acknowledged Kafka records and Redis keys
  verify --app A --count N      reads them all back
  join   --app A                one process with a service and actors, until stdin ends

"karclient COMMAND -h" lists the flags. Servers come from KAFKA_* and REDIS_*.
`

const (
	exitFailed = 1
	exitUsage  = 2
	exitRetry  = 75 // EX_TEMPFAIL of sysexits.h

	// How long a call that ignores its context may outlive the deadline.
	hangGrace = 15 * time.Second
)

// commands maps each sub-command to a function that adds its flags and returns
// what to run once they are parsed. Its result is printed as JSON, even with an
// error.
var commands = map[string]func(*flag.FlagSet) func(context.Context, *settings) (any, error){
	"ping":   pingCommand,
	"mesh":   meshCommand,
	"write":  writeCommand,
	"verify": verifyCommand,
	"join":   joinCommand,
}

// usageError is a mistake in flags or environment rather than in the servers.
type usageError struct{ error }

func main() {
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(exitUsage)
	}
	os.Exit(execute(os.Args[1], os.Args[2:]))
}

// execute runs one sub-command and returns the exit status.
func execute(name string, args []string) int {
	flags := flag.NewFlagSet(name, flag.ExitOnError)
	timeout := flags.Duration("timeout", 2*time.Minute, "give up after this long")
	debug := flags.Bool("debug", false, "log what the Kafka library does to stderr")
	run := commands[name](flags)
	flags.Parse(args)
	if flags.NArg() > 0 {
		return report(usageError{fmt.Errorf("unexpected argument %q", flags.Arg(0))})
	}
	sarama.Logger = log.New(io.Discard, "", 0)
	if *debug {
		sarama.Logger = log.New(os.Stderr, "sarama: ", log.Lmicroseconds)
	}

	settings, err := settingsFromEnvironment(os.Getenv)
	if err != nil {
		return report(usageError{err})
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeoutCause(ctx, *timeout, fmt.Errorf("gave up after %s", *timeout))
	defer cancel()
	time.AfterFunc(*timeout+hangGrace, func() {
		os.Exit(report(fmt.Errorf("a call still hangs %s after the deadline of %s", hangGrace, *timeout)))
	})

	result, err := run(ctx, settings)
	if result != nil {
		json.NewEncoder(os.Stdout).Encode(result)
	}
	return report(err)
}

// report prints the reason, if any, and returns the exit status it stands for.
func report(err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintf(os.Stderr, "karclient: %s\n", oneLine(err))
	var wrongUsage usageError
	switch {
	case errors.As(err, &wrongUsage):
		return exitUsage
	case errors.Is(err, errStalePartitions):
		return exitRetry
	default:
		return exitFailed
	}
}

// oneLine writes joined errors one after the other.
func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

// interrupted returns why the context ended, a deadline or a signal.
func interrupted(ctx context.Context) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return errors.New("interrupted")
}
