package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// joinReport is printed as JSON when the process is a member, and again at its end.
type joinReport struct {
	App  string `json:"app"`
	Node string `json:"node"`
}

// joinCommand is one process of KAR that offers a service and types of actors, has
// some actors placed on it, and stays until stdin ends.
func joinCommand(flags *flag.FlagSet) func(context.Context, *settings) (any, error) {
	app := flags.String("app", "", "name of the application")
	service := flags.String("service", "kar.none", "the service that it offers")
	actors := flags.String("actors", "", "types of actors that it offers, separated by commas")
	placed := flags.Int("placed", 0, "actors of each type that are placed on it")
	return func(ctx context.Context, s *settings) (any, error) {
		if err := checkApp(*app); err != nil {
			return nil, err
		}
		var types []string
		if *actors != "" {
			types = strings.Split(*actors, ",")
		}
		report := &joinReport{App: *app, Node: fmt.Sprintf("%s-%d", *app, os.Getpid())}
		services := append([]string{*service}, types...)
		m, err := connectMember(s, "kar_"+*app, report.Node, 0, func(token) {}, services...)
		if err != nil {
			return nil, err
		}
		if err := ensureTopic(m.admin, m.topic, appTopicConfig()); err != nil {
			return nil, err
		}
		m.join(ctx)
		defer m.stop()
		for m.peers()[report.Node] == 0 {
			select {
			case <-m.stopped:
				return nil, m.failure
			case <-ctx.Done():
				return nil, interrupted(ctx)
			case <-time.After(20 * time.Millisecond):
			}
		}
		store := newStore(s, *app)
		defer store.close()
		for _, actorType := range types {
			for id := range *placed {
				key := fmt.Sprintf("%srpc_%s_%d", store.prefix, actorType, id)
				if _, err := store.do(ctx, "EVAL", scriptPlace, 1, key, "", report.Node); err != nil {
					return nil, err
				}
			}
		}
		fmt.Println("joined")
		_, err = io.Copy(io.Discard, os.Stdin)
		return report, err
	}
}
