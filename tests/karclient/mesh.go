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

// phase is one thing that is tried and timed.
type phase struct {
	name string
	run  func(context.Context) error
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
	phases := []phase{
		{"redis", m.useRedis},
		{"connect", m.connect},
		{"topic", m.createTopic},
		{"join", m.join},
		{"rounds", m.sendRound},
		{"delete_records", m.deleteRecords},
		{"events", m.events},
	}
	if takeover {
		phases = append(phases, phase{"takeover", m.takeOver})
	}
	var err error
	for _, next := range phases {
		if err = m.timed(ctx, next); err != nil {
			break
		}
	}
	cleanup, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
	defer cancel()
	m.stopMembers()
	if !keep {
		if failed := m.timed(cleanup, phase{"cleanup", m.cleanUp}); err == nil {
			err = failed
		}
	}
	m.report.Ok = err == nil
	m.report.TotalMs = time.Since(began).Milliseconds()
	return err
}

// timed runs a phase and notes its time and, of the first that fails, the reason.
func (m *mesh) timed(ctx context.Context, p phase) error {
	began := time.Now()
	err := p.run(ctx)
	m.report.Phases = append(m.report.Phases, phaseReport{p.name, time.Since(began).Milliseconds()})
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s: %w", p.name, err)
	if m.report.Reason == "" {
		m.report.FailedIn, m.report.Reason = p.name, oneLine(err)
	}
	return err
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
		failed := m.admin.DeleteConsumerGroup(name)
		if errors.Is(failed, sarama.ErrUnsupportedVersion) {
			continue // KAFKA_VERSION below 1.1.0: the group expires by itself
		}
		if failed != nil && !errors.Is(failed, sarama.ErrGroupIDNotFound) {
			err = errors.Join(err, fmt.Errorf("kafka: delete group %s: %w", name, failed))
		}
	}
	return err
}
