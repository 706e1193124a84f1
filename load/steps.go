package load

import (
	"context"
	"database/sql"
	"sync"
)

// step is one piece of a build: it makes the table it is called after, or does something about the tables it needs.
type step struct {
	name   string
	needs  map[string]bool // names of steps; its own and those that are not among the steps do not count
	writes bool            // to the file, which has one writer at a time
	run    func(context.Context, *sql.Conn) error
}

// runSteps runs every step once, after all the steps it needs, as many at a time as there are connections but one that writes; of
// those that are ready the one that stands first. A step may only need steps before it. done is told each name, one at a time. The
// first error ends the run, and is returned when no step runs any more.
func runSteps(ctx context.Context, conns []*sql.Conn, steps []step, done func(name string)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	const (
		waiting = iota
		running
		finished
	)
	state := make([]int, len(steps))
	index := make(map[string]int, len(steps))
	for i, s := range steps {
		index[s.name] = i
	}
	var (
		mu      sync.Mutex
		changed = sync.NewCond(&mu)
		failure error
		writing bool
		workers sync.WaitGroup
	)
	ready := func(s step) bool {
		if s.writes && writing {
			return false
		}
		for name := range s.needs {
			if i, ok := index[name]; ok && state[i] != finished && name != s.name {
				return false
			}
		}
		return true
	}
	// next gives the step to run now; over says that there will be none.
	next := func() (now int, over bool) {
		over = true
		for i, s := range steps {
			if state[i] == waiting {
				if ready(s) {
					return i, false
				}
				over = false
			}
		}
		return -1, over || failure != nil
	}
	for _, conn := range conns {
		workers.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			for failure == nil {
				i, over := next()
				if over {
					return
				}
				if i < 0 {
					changed.Wait()
					continue
				}
				state[i] = running
				writing = writing || steps[i].writes
				mu.Unlock()
				err := steps[i].run(ctx, conn)
				mu.Lock()
				state[i] = finished
				writing = writing && !steps[i].writes
				if err == nil {
					done(steps[i].name)
				} else if failure == nil {
					failure = err
					cancel()
				}
				changed.Broadcast()
			}
		})
	}
	workers.Wait()
	return failure
}
