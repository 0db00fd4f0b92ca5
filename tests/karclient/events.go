package main

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/Shopify/sarama"
)

// eventsTopic is the topic of this run that stands for those an application
// publishes events to. It gets the broker's own configuration.
func (m *mesh) eventsTopic() string { return m.topic + "_events" }

// events publishes to a topic made at run time and subscribes to it twice, as KAR
// does for actors: here offsets are committed, so the second subscriber must get
// what the first did not.
func (m *mesh) events(ctx context.Context) error {
	if err := ensureTopic(m.admin, m.eventsTopic(), nil); err != nil {
		return err
	}
	for range 2 {
		if err := m.publish(); err != nil {
			return err
		}
		if err := m.subscribe(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (m *mesh) publish() error {
	producer, err := sarama.NewSyncProducer(m.settings.brokers, clientConfig(m.settings))
	if err != nil {
		return fmt.Errorf("kafka: publisher: %w", err)
	}
	defer producer.Close()
	for range extraRecords {
		event := &sarama.ProducerMessage{Topic: m.eventsTopic(), Value: sarama.StringEncoder("event")}
		if _, _, err := producer.SendMessage(event); err != nil {
			return fmt.Errorf("kafka: publish to %s: %w", m.eventsTopic(), err)
		}
	}
	return nil
}

// subscribe reads extraRecords events, commits and leaves; more is a failure.
func (m *mesh) subscribe(ctx context.Context) error {
	config := clientConfig(m.settings)
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	group, err := sarama.NewConsumerGroup(m.settings.brokers, m.eventsTopic(), config)
	if err != nil {
		return fmt.Errorf("kafka: subscriber: %w", err)
	}
	defer group.Close() // commits what was marked

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	reader := &subscriber{}
	failed := make(chan error, 1)
	go func() { failed <- group.Consume(ctx, []string{m.eventsTopic()}, reader) }()
	err = m.until(ctx, func() error {
		select {
		case err := <-failed:
			cancel()
			return fmt.Errorf("kafka: consume %s: %w", m.eventsTopic(), err)
		default:
		}
		if seen := reader.seen.Load(); seen < extraRecords {
			return fmt.Errorf("%d of %d events arrived", seen, extraRecords)
		}
		return nil
	})
	cancel()
	if err != nil {
		return err
	}
	<-failed
	if seen := reader.seen.Load(); seen > extraRecords {
		return fmt.Errorf("%d events arrived instead of %d: committed offsets were lost", seen, extraRecords)
	}
	return nil
}

// subscriber counts and marks what it reads.
type subscriber struct{ seen atomic.Int64 }

func (*subscriber) Setup(sarama.ConsumerGroupSession) error   { return nil }
func (*subscriber) Cleanup(sarama.ConsumerGroupSession) error { return nil }

func (s *subscriber) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for record := range claim.Messages() {
		session.MarkMessage(record, "")
		s.seen.Add(1)
	}
	return nil
}
