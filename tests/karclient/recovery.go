package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/Shopify/sarama"
)

// recovery is one generation in which the leader alone reads all partitions that
// hold records, sends on what dead members left undone, and empties theirs.
type recovery struct {
	*member
	ends     map[int32]int64 // where to stop reading each partition
	assigned map[string]int32
	pending  sync.WaitGroup // partitions still to be read
	leader   int32          // the claim that finishes the work

	mutex sync.Mutex
	hops  map[string]int    // how far each token has come
	left  map[int32][]token // tokens in partitions of dead members
}

func newRecovery(m *member, ends map[int32]int64, assigned map[string]int32) *recovery {
	r := &recovery{member: m, ends: ends, assigned: assigned, hops: map[string]int{}, left: map[int32][]token{}}
	for partition := range ends {
		r.left[partition] = nil
	}
	for _, partition := range assigned {
		delete(r.left, partition)
	}
	return r
}

// begin is called once, before the claims are read.
func (r *recovery) begin(claims []int32) {
	r.pending.Add(len(claims))
	r.leader = claims[0]
}

// read collects one partition; the first claim then waits for the others and
// finishes. The generation ends when the claims have returned.
func (r *recovery) read(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	err := r.collect(claim)
	r.pending.Done()
	if err != nil {
		return err // the leader finds the generation over and gives up
	}
	r.pending.Wait()
	if claim.Partition() != r.leader {
		return nil
	}
	return r.finish(session.Context())
}

func (r *recovery) collect(claim sarama.ConsumerGroupClaim) error {
	partition := claim.Partition()
	for next := int64(0); next < r.ends[partition]; {
		record, open := <-claim.Messages()
		if !open {
			return context.Canceled
		}
		next = record.Offset + 1
		t, err := tokenFrom(record)
		if err != nil {
			return err
		}
		r.mutex.Lock()
		r.hops[t.id] = max(r.hops[t.id], t.hops)
		if _, dead := r.left[partition]; dead {
			r.left[partition] = append(r.left[partition], t)
		}
		r.mutex.Unlock()
	}
	return nil
}

// finish sends each token that got no further than a dead member to the leader's
// own partition, then deletes the records of the dead.
func (r *recovery) finish(ctx context.Context) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := r.producerClient.RefreshMetadata(r.topic); err != nil {
		return err
	}
	emptied := map[int32]int64{}
	for partition, tokens := range r.left {
		for _, t := range tokens {
			if r.hops[t.id] > t.hops {
				continue
			}
			if err := r.produce(t, r.assigned[r.self.Node]); err != nil {
				return err
			}
		}
		emptied[partition] = sarama.OffsetNewest
	}
	if err := r.admin.DeleteRecords(r.topic, emptied); err != nil {
		return fmt.Errorf("delete records of dead members: %w", err)
	}
	return nil
}
