package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/Shopify/sarama"
	"github.com/gomodule/redigo/redis"
)

// writeReport is printed as JSON, also when the servers died half-way.
type writeReport struct {
	App   string `json:"app"`
	Acked int    `json:"acked"`
	Last  int    `json:"last"` // greatest acknowledged number, -1 for none
}

// writer appends to a ledger. A number counts as acknowledged once both servers
// have confirmed its batch; what was lost before may still be there.
type writer struct {
	ledger
	producer sarama.SyncProducer
	store    *store
	acked    io.Writer // gets acknowledged numbers, one a line
}

func writeCommand(flags *flag.FlagSet) func(context.Context, *settings) (any, error) {
	l := ledger{}
	l.addFlags(flags)
	ackedFile := flags.String("acked", "", "file to which acknowledged numbers are added, one a line")
	progress := flags.Bool("progress", false, "print acknowledged numbers, one a line, before the JSON")
	return func(ctx context.Context, s *settings) (any, error) {
		if err := l.check(); err != nil {
			return nil, err
		}
		var outputs []io.Writer
		if *progress {
			outputs = append(outputs, os.Stdout)
		}
		if *ackedFile != "" {
			file, err := os.OpenFile(*ackedFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
			if err != nil {
				return nil, err
			}
			defer file.Close()
			outputs = append(outputs, file)
		}
		w := &writer{ledger: l, store: newStore(s, l.app), acked: io.MultiWriter(outputs...)}
		defer w.store.close()
		report := &writeReport{App: l.app, Last: -1}
		return report, w.run(ctx, s, report)
	}
}

func (w *writer) run(ctx context.Context, s *settings, report *writeReport) error {
	admin, err := newAdmin(s)
	if err != nil {
		return err
	}
	defer admin.Close()
	// the broker's own retention: records that expire as KAR's do would look lost
	if err := ensureTopic(admin, w.topic(), nil); err != nil {
		return err
	}
	if w.producer, err = sarama.NewSyncProducer(s.brokers, producerConfig(s)); err != nil {
		return fmt.Errorf("kafka: %w", err)
	}
	defer w.producer.Close()

	for first := w.start; first < w.start+w.count; first += w.batch {
		if ctx.Err() != nil {
			return interrupted(ctx)
		}
		end := min(first+w.batch, w.start+w.count)
		if err := w.writeBatch(ctx, first, end); err != nil {
			return err
		}
		for number := first; number < end; number++ {
			if _, err := fmt.Fprintln(w.acked, number); err != nil {
				return err
			}
		}
		report.Acked += end - first
		report.Last = end - 1
	}
	return nil
}

func (w *writer) writeBatch(ctx context.Context, first, end int) error {
	var records []*sarama.ProducerMessage
	pairs := redis.Args{}
	for number := first; number < end; number++ {
		records = append(records, &sarama.ProducerMessage{
			Topic: w.topic(),
			Key:   sarama.StringEncoder(w.key(number)),
			Value: sarama.StringEncoder(w.value(number)),
		})
		pairs = pairs.Add(w.store.prefix+w.key(number), w.value(number))
	}
	if err := w.producer.SendMessages(records); err != nil {
		var failures sarama.ProducerErrors
		if errors.As(err, &failures) && len(failures) > 0 {
			err = failures[0].Err
		}
		return fmt.Errorf("kafka: write %d to %d: %w", first, end-1, err)
	}
	_, err := w.store.do(ctx, "MSET", pairs...)
	return err
}
