package main

import (
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"strconv"
)

// ledger is a range of numbered entries, each a Kafka record and a Redis key with
// a value that follows from application and number. write makes them, verify
// shows which of them the servers kept.
type ledger struct {
	app   string
	start int
	count int
	batch int
}

func (l *ledger) addFlags(flags *flag.FlagSet) {
	flags.StringVar(&l.app, "app", "", "name of the application (required)")
	flags.IntVar(&l.start, "start", 0, "first number")
	flags.IntVar(&l.count, "count", 0, "how many")
	flags.IntVar(&l.batch, "batch", 100, "entries that go in one request")
}

func (l *ledger) check() error {
	if l.count < 1 || l.batch < 1 {
		return usageError{errors.New("--count and --batch are at least 1")}
	}
	return checkApp(l.app)
}

func (l *ledger) topic() string { return "kar_" + l.app }

// key is that of the record; in Redis it has the application's prefix.
func (l *ledger) key(number int) string { return "entry_" + strconv.Itoa(number) }

func (l *ledger) value(number int) string {
	return fmt.Sprintf("%d %x", number, sha256.Sum256([]byte(l.app+l.key(number))))
}
