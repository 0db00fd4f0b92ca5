package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/Shopify/sarama"
)

const (
	pollInterval = 20 * time.Millisecond

	// Records that partition 0 and the member to be killed get.
	extraRecords = 5

	// How long cleaning up may take, beyond the deadline of the run.
	cleanupTimeout = 10 * time.Second
)

// meshReport is printed as JSON, also after a failure.
type meshReport struct {
	App        string        `json:"app"`
	Ok         bool          `json:"ok"`
	FailedIn   string        `json:"failed_in,omitempty"`
	Reason     string        `json:"reason,omitempty"`
	Kafka      string        `json:"kafka_version"`
	Replicas   int           `json:"replicas"`
	Partitions int           `json:"partitions"`
	Records    int           `json:"records"`
	Phases     []phaseReport `json:"phases"`
	TotalMs    int64         `json:"total_ms"`
}

type phaseReport struct {
	Name string `json:"name"`
	Ms   int64  `json:"ms"`
}

// mesh is one run: the members of an application and what became of its tokens.
type mesh struct {
	settings *settings
	app      string
	topic    string
	size     int
	records  int
	report   *meshReport
	store    *store
	admin    sarama.ClusterAdmin
	members  []*member // the living ones

	mutex    sync.Mutex
	finished map[string]int // rounds of each token
}

func meshCommand(flags *flag.FlagSet) func(context.Context, *settings) (any, error) {
	app := flags.String("app", "", "name of the application, different for each run (required)")
	size := flags.Int("members", 2, "members of the consumer group")
	records := flags.Int("records", 100, "records that go round the members")
	takeover := flags.Bool("takeover", true, "kill a member and have its partition taken over (10 to 14 s)")
	keep := flags.Bool("keep", false, "leave topic, group and keys behind")
	return func(ctx context.Context, s *settings) (any, error) {
		if err := checkApp(*app); err != nil {
			return nil, err
		}
		if *size < 2 {
			return nil, usageError{errors.New("--members is at least 2")}
		}
		m := &mesh{
			settings: s, app: *app, topic: "kar_" + *app, size: *size, records: *records,
			report:   &meshReport{App: *app, Kafka: s.kafkaVersion.String(), Records: *records},
			store:    newStore(s, *app),
			finished: map[string]int{},
		}
		err := m.run(ctx, *takeover, *keep)
		return m.report, err
	}
}

// checkApp refuses names KAR cannot use: "_" separates the parts of its keys.
func checkApp(app string) error {
	if app == "" || strings.Contains(app, "_") {
		return usageError{fmt.Errorf("--app is required and has no underscore: %q", app)}
	}
	return nil
}

// run goes through the phases up to the first that fails, and cleans up either way.
func (m *mesh) run(ctx context.Context, takeover, keep bool) error {
	began := time.Now()
	defer m.store.close()
	phases := []struct {
		name string
		run  func(context.Context) error
	}{
		{"redis", m.useRedis},
		{"connect", m.connect},
		{"topic", m.createTopic},
		{"join", m.join},
		{"rounds", m.sendRound},
		{"delete_records", m.deleteRecords},
		{"events", m.events},
	}
	if takeover {
		phases = append(phases, struct {
			name string
			run  func(context.Context) error
		}{"takeover", m.takeOver})
	}
	var err error
	for _, phase := range phases {
		if err = m.timed(ctx, phase.name, phase.run); err != nil {
			break
		}
	}
	cleanup, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
	defer cancel()
	m.stopMembers()
	if !keep {
		if failed := m.timed(cleanup, "cleanup", m.cleanUp); err == nil {
			err = failed
		}
	}
	m.report.Ok = err == nil
	m.report.TotalMs = time.Since(began).Milliseconds()
	return err
}

func (m *mesh) timed(ctx context.Context, name string, run func(context.Context) error) error {
	began := time.Now()
	err := run(ctx)
	m.report.Phases = append(m.report.Phases, phaseReport{name, time.Since(began).Milliseconds()})
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s: %w", name, err)
	if m.report.Reason == "" {
		m.report.FailedIn, m.report.Reason = name, err.Error()
	}
	return err
}

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
	if err == nil {
		m.report.Replicas, _, err = checkTopic(m.admin, m.topic)
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
	_, m.report.Partitions, err = checkTopic(m.admin, m.topic)
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
		if err := from.send(token{fmt.Sprintf("round-%d", i), 1}, to.self.Node); err != nil {
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
	for i := range extraRecords {
		if err := one.send(token{fmt.Sprintf("orphan-%d", i), 1}, victim.self.Node); err != nil {
			return err
		}
	}
	partition := one.peers()[victim.self.Node]
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

// until polls a condition that returns nil when it is met and else what is still
// missing. It ends early when a member has failed.
func (m *mesh) until(ctx context.Context, condition func() error) error {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		missing := condition()
		if missing == nil {
			return nil
		}
		for _, one := range m.members {
			select {
			case <-one.stopped:
				return one.failure
			default:
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%w, last seen: %w", interrupted(ctx), missing)
		}
	}
}

func (m *mesh) stopMembers() {
	for _, one := range m.members {
		if one.cancel != nil {
			one.stop()
		}
	}
}

// cleanUp deletes the topics, the groups and the keys of this run, as far as
// they came to be.
func (m *mesh) cleanUp(ctx context.Context) error {
	_, err := m.store.purge(ctx)
	if m.admin == nil {
		return err
	}
	defer m.admin.Close()
	for _, name := range []string{m.topic, m.eventsTopic()} {
		if failed := m.admin.DeleteTopic(name); failed != nil && !errors.Is(failed, sarama.ErrUnknownTopicOrPartition) {
			err = errors.Join(err, fmt.Errorf("kafka: delete topic %s: %w", name, failed))
		}
		if failed := m.admin.DeleteConsumerGroup(name); failed != nil && !errors.Is(failed, sarama.ErrGroupIDNotFound) {
			err = errors.Join(err, fmt.Errorf("kafka: delete group %s: %w", name, failed))
		}
	}
	return err
}
