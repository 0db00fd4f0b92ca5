package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"strconv"

	"github.com/Shopify/sarama"
)

// Configuration of an application's topic by KAR, in milliseconds.
const (
	topicRetention = "900000"
	topicSegment   = "300000"
)

// clientConfig is what all Kafka clients of KAR have in common. TLS trusts the
// system's roots only.
func clientConfig(s *settings) *sarama.Config {
	config := sarama.NewConfig()
	config.Version = s.kafkaVersion
	if s.kafkaPassword != "" {
		config.Net.SASL.Enable = true
		config.Net.SASL.User = s.kafkaUser
		config.Net.SASL.Password = s.kafkaPassword
		config.Net.SASL.Handshake = true
		config.Net.SASL.Mechanism = sarama.SASLTypePlaintext
	}
	if s.kafkaTLS {
		config.Net.TLS.Enable = true
		if s.kafkaTLSSkipVerify {
			config.Net.TLS.Config = &tls.Config{InsecureSkipVerify: true}
		}
	}
	config.Producer.Return.Successes = true
	return config
}

// producerConfig adds KAR's delivery guarantees: idempotent, acknowledged by all
// replicas, one request in flight, the partition chosen by the sender.
func producerConfig(s *settings) *sarama.Config {
	config := clientConfig(s)
	config.Net.MaxOpenRequests = 1
	config.Producer.RequiredAcks = sarama.WaitForAll
	config.Producer.Idempotent = true
	config.Producer.Partitioner = sarama.NewManualPartitioner
	return config
}

// consumerConfig adds KAR's consumer group: offsets are never committed, so each
// generation reads from the oldest record.
func consumerConfig(s *settings, strategy sarama.BalanceStrategy) *sarama.Config {
	config := clientConfig(s)
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	config.Consumer.Group.Rebalance.Strategy = strategy
	return config
}

// newAdmin connects an administrative client.
func newAdmin(s *settings) (sarama.ClusterAdmin, error) {
	admin, err := sarama.NewClusterAdmin(s.brokers, clientConfig(s))
	if err != nil {
		return nil, fmt.Errorf("kafka: %w", err)
	}
	return admin, nil
}

// ensureTopic creates a topic of one partition with three replicas, or one where
// there are fewer brokers. A topic that exists is left as it is.
func ensureTopic(admin sarama.ClusterAdmin, topic string, config map[string]*string) error {
	var err error
	for _, replicas := range []int16{3, 1} {
		detail := &sarama.TopicDetail{NumPartitions: 1, ReplicationFactor: replicas, ConfigEntries: config}
		if err = admin.CreateTopic(topic, detail, false); err == nil {
			return nil
		}
	}
	var refusal *sarama.TopicError
	if errors.As(err, &refusal) && refusal.Err == sarama.ErrTopicAlreadyExists {
		return nil
	}
	return fmt.Errorf("kafka: create topic %s: %w", topic, err)
}

// appTopicConfig is the configuration of the topic of a KAR application.
func appTopicConfig() map[string]*string {
	retention, segment := topicRetention, topicSegment
	return map[string]*string{"retention.ms": &retention, "segment.ms": &segment}
}

// checkTopic returns the replication factor and the number of partitions, having
// made sure that the broker holds the configuration it was given.
func checkTopic(admin sarama.ClusterAdmin, topic string) (replicas, partitions int, err error) {
	entries, err := admin.DescribeConfig(sarama.ConfigResource{Type: sarama.TopicResource, Name: topic})
	if err != nil {
		return 0, 0, fmt.Errorf("kafka: describe configuration of %s: %w", topic, err)
	}
	held := map[string]string{}
	for _, entry := range entries {
		held[entry.Name] = entry.Value
	}
	for name, want := range appTopicConfig() {
		if held[name] != *want {
			return 0, 0, fmt.Errorf("kafka: topic %s has %s=%q instead of %s", topic, name, held[name], *want)
		}
	}
	topics, err := admin.DescribeTopics([]string{topic})
	if err != nil || len(topics) != 1 || len(topics[0].Partitions) == 0 {
		return 0, 0, fmt.Errorf("kafka: describe topic %s: %d answers: %w", topic, len(topics), err)
	}
	return len(topics[0].Partitions[0].Replicas), len(topics[0].Partitions), nil
}

// bounds returns the oldest and the next offset of a partition.
func bounds(client sarama.Client, topic string, partition int32) (oldest, newest int64, err error) {
	if oldest, err = client.GetOffset(topic, partition, sarama.OffsetOldest); err == nil {
		newest, err = client.GetOffset(topic, partition, sarama.OffsetNewest)
	}
	if err != nil {
		err = fmt.Errorf("kafka: offsets of %s/%d: %w", topic, partition, err)
	}
	return oldest, newest, err
}

// token is the record that goes round: who started it and how many members have
// had it. It travels in the headers, where KAR has its own.
type token struct {
	id   string
	hops int
}

func (t token) message(topic string, partition int32) *sarama.ProducerMessage {
	return &sarama.ProducerMessage{
		Topic:     topic,
		Partition: partition,
		Value:     sarama.StringEncoder(t.id),
		Headers: []sarama.RecordHeader{
			{Key: []byte("RequestID"), Value: []byte(t.id)},
			{Key: []byte("Sequence"), Value: []byte(strconv.Itoa(t.hops))},
		},
	}
}

// tokenFrom reads back what message wrote.
func tokenFrom(record *sarama.ConsumerMessage) (token, error) {
	t := token{id: string(record.Value)}
	for _, header := range record.Headers {
		if string(header.Key) == "Sequence" {
			hops, err := strconv.Atoi(string(header.Value))
			t.hops = hops
			return t, err
		}
	}
	return t, fmt.Errorf("record %d of %s/%d has lost its headers", record.Offset, record.Topic, record.Partition)
}
