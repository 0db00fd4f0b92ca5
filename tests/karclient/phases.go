package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/Shopify/sarama"
)

// Records that partition 0 and the member to be killed get.
const extraRecords = 5

func (m *mesh) useRedis(ctx context.Context) error {
	if err := m.store.ping(ctx); err != nil {
		return err
	}
	return m.store.exercise(ctx)
}

func (m *mesh) connect(context.Context) error {
	var err error
	if m.admin, err = newAdmin(m.settings); err != nil {
		return err
	}
	for i := range m.size {
		one, err := connectMember(m.settings, m.topic, fmt.Sprintf("member-%d", i+1), m.size, m.finish)
		if err != nil {
			return err
		}
		m.members = append(m.members, one)
	}
	return nil
}

// createTopic has all members create it at once: one succeeds, the others find it.
func (m *mesh) createTopic(context.Context) error {
	results := make(chan error, m.size)
	for _, one := range m.members {
		go func() { results <- ensureTopic(one.admin, m.topic, appTopicConfig()) }()
	}
	var err error
	for range m.members {
		err = errors.Join(err, <-results)
	}
	return err
}

// join lets all members into the group at the same moment and waits until each
// knows the partition of each.
func (m *mesh) join(ctx context.Context) error {
	for _, one := range m.members {
		one.join(context.WithoutCancel(ctx))
	}
	if err := m.waitForPeers(ctx); err != nil {
		return err
	}
	var err error
	m.report.Replicas, m.report.Partitions, err = checkTopic(m.admin, m.topic)
	return err
}

func (m *mesh) waitForPeers(ctx context.Context) error {
	return m.until(ctx, func() error {
		for _, one := range m.members {
			if peers := one.peers(); len(peers) != len(m.members) {
				return fmt.Errorf("%s knows %d of %d members", one.self.Node, len(peers), len(m.members))
			}
		}
		return nil
	})
}

// sendRound starts tokens at the members in turn; each must come round exactly once.
func (m *mesh) sendRound(ctx context.Context) error {
	for i := range m.records {
		from, to := m.members[i%m.size], m.members[(i+1)%m.size]
		if _, err := m.send(ctx, from, to, fmt.Sprintf("round-%d", i)); err != nil {
			return err
		}
	}
	if err := m.waitForTokens(ctx, "round", m.records); err != nil {
		return err
	}
	for id, times := range m.finished {
		if times != 1 {
			return fmt.Errorf("record %s came round %d times", id, times)
		}
	}
	return nil
}

// send starts a token at one member and returns the partition of the other it
// was sent to. A route that is missing comes with the next generation.
func (m *mesh) send(ctx context.Context, from, to *member, id string) (int32, error) {
	var partition int32
	var failure error
	err := m.until(ctx, func() error {
		partition, failure = from.send(token{id, 1}, to.self.Node)
		if errors.Is(failure, errNoRoute) {
			return failure
		}
		return nil
	})
	if err == nil {
		err = failure
	}
	return partition, err
}

// finish is called by the member a token returns to.
func (m *mesh) finish(t token) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.finished[t.id]++
}

func (m *mesh) waitForTokens(ctx context.Context, prefix string, want int) error {
	return m.until(ctx, func() error {
		m.mutex.Lock()
		defer m.mutex.Unlock()
		seen := 0
		for id := range m.finished {
			if strings.HasPrefix(id, prefix+"-") {
				seen++
			}
		}
		if seen < want {
			return fmt.Errorf("%d of %d records came round", seen, want)
		}
		return nil
	})
}

// deleteRecords fills and empties partition 0, which no member reads.
func (m *mesh) deleteRecords(ctx context.Context) error {
	one := m.members[0]
	for i := range extraRecords {
		if err := one.produce(token{fmt.Sprintf("nobody-%d", i), 1}, 0); err != nil {
			return err
		}
	}
	if err := one.admin.DeleteRecords(m.topic, map[int32]int64{0: sarama.OffsetNewest}); err != nil {
		return fmt.Errorf("kafka: %w", err)
	}
	return m.until(ctx, func() error { return m.isEmptied(0) })
}

// isEmptied tells that a partition had records and has none left.
func (m *mesh) isEmptied(partition int32) error {
	oldest, newest, err := bounds(m.members[0].producerClient, m.topic, partition)
	if err == nil && (oldest != newest || newest == 0) {
		err = fmt.Errorf("partition %d holds offsets %d to %d", partition, oldest, newest)
	}
	return err
}

// takeOver kills the last member with records waiting for it. The others must
// finish those, empty its partition and be alone in the group.
func (m *mesh) takeOver(ctx context.Context) error {
	one, victim := m.members[0], m.members[m.size-1]
	victim.hung.Store(true)
	var partition int32
	for i := range extraRecords {
		var err error
		if partition, err = m.send(ctx, one, victim, fmt.Sprintf("orphan-%d", i)); err != nil {
			return err
		}
	}
	victim.kill()
	m.members = m.members[:m.size-1]
	if err := m.waitForTokens(ctx, "orphan", extraRecords); err != nil {
		return err
	}
	if err := m.until(ctx, func() error { return m.isEmptied(partition) }); err != nil {
		return err
	}
	return m.waitForPeers(ctx)
}
