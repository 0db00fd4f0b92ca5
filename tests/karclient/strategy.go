package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/Shopify/sarama"
)

var (
	// errTooFewPartitions ends a generation after partitions were added; the next
	// one reads the metadata again.
	errTooFewPartitions = errors.New("too few partitions")

	// errStalePartitions is the end of a KAR process that added partitions its
	// broker does not know yet. Kafka in KRaft mode acknowledges CreatePartitions
	// before its brokers have them in their metadata, where a second attempt to
	// add them is refused, or lead them, where their offsets are. Seen in one of
	// ten starts with 3.9.1, in ZooKeeper mode never.
	errStalePartitions = errors.New("broker is behind with the partitions that were added")
)

// strategy shares the partitions out: one for each member, none shared, those of
// dead members to the leader until it has recovered what is in them.
type strategy struct{ *member }

func (s *strategy) Name() string { return "custom" }

// Plan runs in the group's leader between two generations.
func (s *strategy) Plan(members map[string]sarama.ConsumerGroupMemberMetadata, topics map[string][]int32) (sarama.BalanceStrategyPlan, error) {
	partitions := topics[s.topic]
	ids := map[string]string{}     // member id of each live node
	assigned := map[string]int32{} // partition of each live node that has one
	taken := map[int32]bool{}
	for id, metadata := range members {
		var other identity
		if err := json.Unmarshal(metadata.UserData, &other); err != nil {
			return nil, fmt.Errorf("identity of a member: %w", err)
		}
		ids[other.Node] = id
		partition := other.Partition
		if partition == 0 {
			partition = s.routes[other.Node] // newer than what it announced
		}
		if partition != 0 {
			assigned[other.Node] = partition
			taken[partition] = true
		}
	}

	filled, orphaned, err := s.filled(partitions, taken)
	if err != nil {
		return nil, err
	}
	for node := range ids {
		if assigned[node] == 0 {
			partition := free(partitions, taken, filled)
			if partition == 0 {
				return nil, s.addPartitions(len(partitions), len(ids)-len(assigned))
			}
			assigned[node], taken[partition] = partition, true
		}
	}

	plan := sarama.BalanceStrategyPlan{}
	if orphaned {
		s.recovery = newRecovery(s.member, filled, assigned)
		for partition := range filled {
			plan.Add(ids[s.self.Node], s.topic, partition)
		}
		return plan, nil
	}
	s.recovery = nil
	for node, id := range ids {
		plan.Add(id, s.topic, assigned[node])
	}
	return plan, nil
}

// AssignmentData has nothing to add to the plan.
func (s *strategy) AssignmentData(string, map[string][]int32, int32) ([]byte, error) {
	return nil, nil
}

// filled returns the end of each partition that holds records, and whether one
// of them belongs to no live member. Partition 0 is left out.
func (s *strategy) filled(partitions []int32, taken map[int32]bool) (map[int32]int64, bool, error) {
	ends, orphaned := map[int32]int64{}, false
	for _, partition := range partitions {
		oldest, newest, err := bounds(s.consumerClient, s.topic, partition)
		if errors.Is(err, sarama.ErrNotLeaderForPartition) {
			err = fmt.Errorf("%w: %w", errStalePartitions, err)
		}
		if err != nil {
			return nil, false, err
		}
		if partition != 0 && oldest < newest {
			ends[partition] = newest
			orphaned = orphaned || !taken[partition]
		}
	}
	return ends, orphaned, nil
}

// free returns a partition that nobody has and that is empty, 0 if there is none.
func free(partitions []int32, taken map[int32]bool, filled map[int32]int64) int32 {
	for _, partition := range partitions {
		if partition != 0 && !taken[partition] && filled[partition] == 0 {
			return partition
		}
	}
	return 0
}

// addPartitions asks for the missing ones and has the group start over.
func (s *strategy) addPartitions(have, missing int) error {
	err := s.admin.CreatePartitions(s.topic, int32(have+missing), nil, false)
	var refusal *sarama.TopicPartitionError
	if errors.As(err, &refusal) && refusal.Err == sarama.ErrInvalidPartitions {
		return fmt.Errorf("%w: asked for %d: %w", errStalePartitions, have+missing, err)
	}
	if err != nil {
		return fmt.Errorf("create partitions: %w", err)
	}
	return errTooFewPartitions
}
