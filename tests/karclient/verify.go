package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"github.com/Shopify/sarama"
	"github.com/gomodule/redigo/redis"
)

// exampleLimit is how many missing or different numbers a report names.
const exampleLimit = 10

// verifyReport is printed as JSON. Records may be there more than once when a
// batch was written again.
type verifyReport struct {
	App      string       `json:"app"`
	Expected int          `json:"expected"`
	Kafka    *differences `json:"kafka"` // null if it could not be read
	Redis    *differences `json:"redis"`
}

type differences struct {
	Missing   int   `json:"missing"`
	Different int   `json:"different"`
	Repeated  int   `json:"repeated"`
	Examples  []int `json:"examples,omitempty"`
}

// compare counts, for each number of the ledger, whether its value was found.
func (d *differences) compare(l *ledger, found func(number int) (string, bool)) {
	for number := l.start; number < l.start+l.count; number++ {
		value, there := found(number)
		switch {
		case !there:
			d.Missing++
		case value != l.value(number):
			d.Different++
		default:
			continue
		}
		if len(d.Examples) < exampleLimit {
			d.Examples = append(d.Examples, number)
		}
	}
}

func verifyCommand(flags *flag.FlagSet) func(context.Context, *settings) (any, error) {
	l := &ledger{}
	l.addFlags(flags)
	return func(ctx context.Context, s *settings) (any, error) {
		if err := l.check(); err != nil {
			return nil, err
		}
		report := &verifyReport{App: l.app, Expected: l.count}
		var err error
		if report.Redis, err = l.verifyRedis(ctx, s); err != nil {
			return report, err
		}
		if report.Kafka, err = l.verifyKafka(ctx, s); err != nil {
			return report, err
		}
		k, r := report.Kafka, report.Redis
		if k.Missing+k.Different+r.Missing+r.Different > 0 {
			return report, fmt.Errorf("of %d entries kafka lost %d and changed %d, redis lost %d and changed %d",
				l.count, k.Missing, k.Different, r.Missing, r.Different)
		}
		return report, nil
	}
}

func (l *ledger) verifyRedis(ctx context.Context, s *settings) (*differences, error) {
	result := &differences{}
	store := newStore(s, l.app)
	defer store.close()
	for first := l.start; first < l.start+l.count; first += l.batch {
		batch := &ledger{app: l.app, start: first, count: min(l.batch, l.start+l.count-first)}
		keys := redis.Args{}
		for number := first; number < first+batch.count; number++ {
			keys = keys.Add(store.prefix + l.key(number))
		}
		values, err := redis.Values(store.do(ctx, "MGET", keys...))
		if err != nil {
			return nil, err
		}
		result.compare(batch, func(number int) (string, bool) {
			value, there := values[number-first].([]byte)
			return string(value), there
		})
	}
	return result, nil
}

// verifyKafka reads the topic from its oldest to its newest record. Without the
// topic all records are missing.
func (l *ledger) verifyKafka(ctx context.Context, s *settings) (*differences, error) {
	client, err := sarama.NewClient(s.brokers, clientConfig(s))
	if err != nil {
		return nil, fmt.Errorf("kafka: %w", err)
	}
	defer client.Close()
	result := &differences{}
	values := map[string]string{}
	oldest, newest, err := bounds(client, l.topic(), 0)
	if err == nil && oldest < newest {
		err = readAll(ctx, client, l.topic(), oldest, newest, func(record *sarama.ConsumerMessage) {
			if _, seen := values[string(record.Key)]; seen {
				result.Repeated++
			}
			values[string(record.Key)] = string(record.Value)
		})
	}
	if err != nil && !errors.Is(err, sarama.ErrUnknownTopicOrPartition) {
		return nil, err
	}
	result.compare(l, func(number int) (string, bool) {
		value, there := values[l.key(number)]
		return value, there
	})
	return result, nil
}

// readAll hands over the records of partition 0 from one offset up to another.
func readAll(ctx context.Context, client sarama.Client, topic string, from, to int64, each func(*sarama.ConsumerMessage)) error {
	consumer, err := sarama.NewConsumerFromClient(client)
	if err != nil {
		return fmt.Errorf("kafka: %w", err)
	}
	partition, err := consumer.ConsumePartition(topic, 0, from)
	if err != nil {
		return fmt.Errorf("kafka: read %s: %w", topic, err)
	}
	defer partition.Close()
	for next := from; next < to; {
		select {
		case record := <-partition.Messages():
			each(record)
			next = record.Offset + 1
		case <-ctx.Done():
			return fmt.Errorf("%w, last seen: offset %d of %d in %s", interrupted(ctx), next, to, topic)
		}
	}
	return nil
}
