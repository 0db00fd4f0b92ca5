package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/Shopify/sarama"
)

// identity is what a member tells the group's leader when it joins.
type identity struct {
	Node      string
	Services  []string // a service, then types of actors
	Partition int32    // 0 until one was assigned; partition 0 belongs to nobody
}

// member is one KAR process as Kafka sees it: two clients, a consumer group of
// which it reads one partition, and a producer that writes to the partitions of
// the others.
type member struct {
	self     identity
	topic    string // also the name of the group
	lastHop  int    // hops after which a token has been round
	finished func(token)

	dialer         *severableDialer
	producerClient sarama.Client
	producer       sarama.SyncProducer
	consumerClient sarama.Client
	admin          sarama.ClusterAdmin
	group          sarama.ConsumerGroup

	// sending is held for writing from the end of one generation to the start of
	// the next in which this member owns a partition; it guards routes too.
	sending     sync.RWMutex
	rebalancing bool             // sending is held; used by consume's goroutine only
	routes      map[string]int32 // partition of each live member
	recovery    *recovery        // set while this member leads a recovery
	head        int64            // next offset to read in our partition

	hung    atomic.Bool // reads nothing more, as a process that is stuck
	cancel  context.CancelFunc
	stopped chan struct{} // closed when consume has ended, failure is set then
	failure error
}

// connectMember opens the clients in the order of KAR.
func connectMember(s *settings, topic, name string, lastHop int, finished func(token), services ...string) (*member, error) {
	m := &member{
		self:     identity{Node: name, Services: services},
		topic:    topic,
		lastHop:  lastHop,
		finished: finished,
		dialer:   &severableDialer{},
		routes:   map[string]int32{},
		stopped:  make(chan struct{}),
	}
	through := func(config *sarama.Config) *sarama.Config {
		config.Net.Proxy.Enable = true
		config.Net.Proxy.Dialer = m.dialer
		return config
	}
	var err error
	if m.producerClient, err = sarama.NewClient(s.brokers, through(producerConfig(s))); err != nil {
		return nil, fmt.Errorf("kafka: connect producer: %w", err)
	}
	if m.producer, err = sarama.NewSyncProducerFromClient(m.producerClient); err != nil {
		return nil, fmt.Errorf("kafka: idempotent producer: %w", err)
	}
	if m.consumerClient, err = sarama.NewClient(s.brokers, through(consumerConfig(s, &strategy{m}))); err != nil {
		return nil, fmt.Errorf("kafka: connect consumer: %w", err)
	}
	if m.admin, err = sarama.NewClusterAdminFromClient(m.consumerClient); err != nil {
		return nil, fmt.Errorf("kafka: connect admin: %w", err)
	}
	if err = m.announce(); err != nil {
		return nil, err
	}
	if m.group, err = sarama.NewConsumerGroupFromClient(topic, m.consumerClient); err != nil {
		return nil, fmt.Errorf("kafka: consumer group: %w", err)
	}
	return m, nil
}

// announce makes the identity part of the next request to join.
func (m *member) announce() error {
	text, err := json.Marshal(m.self)
	m.consumerClient.Config().Consumer.Group.Member.UserData = text
	return err
}

// join takes part in the group, generation after generation, until stop.
func (m *member) join(ctx context.Context) {
	ctx, m.cancel = context.WithCancel(ctx)
	m.beginRebalance()
	go func() {
		defer close(m.stopped)
		for ctx.Err() == nil {
			err := m.group.Consume(ctx, []string{m.topic}, m)
			if err != nil && !errors.Is(err, errTooFewPartitions) && ctx.Err() == nil {
				m.failure = fmt.Errorf("kafka: %s in group %s: %w", m.self.Node, m.topic, err)
				break
			}
		}
		m.group.Close()
		m.consumerClient.Close()
		m.producer.Close()
		m.producerClient.Close()
		m.routes = nil
		m.endRebalance()
	}()
}

// stop leaves the group and closes the clients.
func (m *member) stop() {
	m.cancel()
	<-m.stopped
}

// kill is the end of a process by SIGKILL: the connections drop, the group is not left.
func (m *member) kill() {
	m.dialer.sever()
	m.cancel()
}

// peers returns the partitions of the live members, nil while rebalancing.
func (m *member) peers() map[string]int32 {
	if !m.sending.TryRLock() {
		return nil
	}
	defer m.sending.RUnlock()
	return maps.Clone(m.routes)
}

// errNoRoute means that a member is not in the group, or not yet.
var errNoRoute = errors.New("no partition is known for the member")

// send writes a token to the partition of another member and returns that
// partition. It waits while there is a rebalance.
func (m *member) send(t token, to string) (int32, error) {
	m.sending.RLock()
	defer m.sending.RUnlock()
	partition := m.routes[to]
	if partition == 0 {
		return 0, fmt.Errorf("%w %s", errNoRoute, to)
	}
	return partition, m.produce(t, partition)
}

func (m *member) produce(t token, partition int32) error {
	if _, _, err := m.producer.SendMessage(t.message(m.topic, partition)); err != nil {
		return fmt.Errorf("kafka: %s writes to partition %d: %w", m.self.Node, partition, err)
	}
	return nil
}

// forward hands a token on to the next live member, or ends its round.
func (m *member) forward(t token) error {
	if t.hops >= m.lastHop {
		m.finished(t)
		return nil
	}
	m.sending.RLock()
	defer m.sending.RUnlock()
	names := slices.Sorted(maps.Keys(m.routes))
	next := names[(slices.Index(names, m.self.Node)+1)%len(names)]
	return m.produce(token{t.id, t.hops + 1}, m.routes[next])
}

func (m *member) beginRebalance() {
	if !m.rebalancing {
		m.sending.Lock()
		m.rebalancing = true
	}
}

func (m *member) endRebalance() {
	if m.rebalancing {
		m.rebalancing = false
		m.sending.Unlock()
	}
}

// Setup begins a generation. In one for recovery only the leader has partitions,
// and everybody's sending waits for the next.
func (m *member) Setup(session sarama.ConsumerGroupSession) error {
	claims := session.Claims()[m.topic]
	if len(claims) == 0 {
		return nil
	}
	if m.recovery != nil {
		m.recovery.begin(claims)
		return nil
	}
	m.self.Partition = claims[0]
	if err := m.updateRoutes(); err != nil {
		return err
	}
	if err := m.producerClient.RefreshMetadata(m.topic); err != nil {
		return err
	}
	m.endRebalance()
	return nil
}

// Cleanup ends a generation.
func (m *member) Cleanup(sarama.ConsumerGroupSession) error {
	m.beginRebalance()
	m.recovery = nil
	return m.announce()
}

// ConsumeClaim reads one partition for the length of a generation.
func (m *member) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	if m.recovery != nil {
		return m.recovery.read(session, claim)
	}
	for record := range claim.Messages() {
		if m.hung.Load() {
			<-session.Context().Done()
			return nil
		}
		if record.Offset < m.head {
			continue // read in an earlier generation
		}
		t, err := tokenFrom(record)
		if err == nil {
			err = m.forward(t)
		}
		if err != nil {
			return err
		}
		m.head = record.Offset + 1
	}
	return nil
}

// updateRoutes learns from the group's description who has which partition. A
// member that is just joining has no assignment yet: the next generation has it.
func (m *member) updateRoutes() error {
	groups, err := m.admin.DescribeConsumerGroups([]string{m.topic})
	if err != nil {
		return fmt.Errorf("describe group: %w", err)
	}
	clear(m.routes)
	for _, described := range groups[0].Members {
		metadata, err := described.GetMemberMetadata()
		if err != nil {
			return fmt.Errorf("metadata of a member: %w", err)
		}
		assignment, err := described.GetMemberAssignment()
		if err != nil {
			return fmt.Errorf("assignment of a member: %w", err)
		}
		if metadata == nil || assignment == nil || len(assignment.Topics[m.topic]) == 0 {
			continue
		}
		var other identity
		if err := json.Unmarshal(metadata.UserData, &other); err != nil {
			return fmt.Errorf("identity of a member: %w", err)
		}
		m.routes[other.Node] = assignment.Topics[m.topic][0]
	}
	return nil
}
