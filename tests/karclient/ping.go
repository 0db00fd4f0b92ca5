package main

import (
	"context"
	"flag"
	"fmt"
	"slices"

	"github.com/Shopify/sarama"
)

// pingReport names the servers as they name themselves.
type pingReport struct {
	Redis   string   `json:"redis"`
	Brokers []string `json:"brokers"`
	Topics  int      `json:"topics"`
}

func pingCommand(*flag.FlagSet) func(context.Context, *settings) (any, error) {
	return func(ctx context.Context, s *settings) (any, error) {
		store := newStore(s, "ping")
		defer store.close()
		if err := store.ping(ctx); err != nil {
			return nil, err
		}
		client, err := sarama.NewClient(s.brokers, clientConfig(s))
		if err != nil {
			return nil, fmt.Errorf("kafka: %w", err)
		}
		defer client.Close()
		report := &pingReport{Redis: "PONG"}
		for _, broker := range client.Brokers() {
			report.Brokers = append(report.Brokers, broker.Addr())
			// the bootstrap address may have answered where the advertised one cannot
			if err := broker.Open(client.Config()); err != nil && err != sarama.ErrAlreadyConnected {
				return report, fmt.Errorf("kafka: %w", err)
			}
			if connected, err := broker.Connected(); !connected {
				return report, fmt.Errorf("kafka: advertised address %s: %w", broker.Addr(), err)
			}
		}
		slices.Sort(report.Brokers)
		topics, err := client.Topics()
		report.Topics = len(topics)
		return report, err
	}
}
