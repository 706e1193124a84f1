package load

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

// Invariant 4 rests on it: whatever runs at the same time, a step sees all that it needs, every step runs once, and the file never has
// two writers, between whom the engine loses rows.
func TestStepsRunOnceAndAfterWhatTheyNeedAndWriteAlone(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for round := range 200 {
		n, connections := 1+random.IntN(30), 1+random.IntN(4)
		var mu sync.Mutex
		finished := map[string]bool{}
		var writing atomic.Int32
		var steps []step
		for i := range n {
			needs := map[string]bool{fmt.Sprint(i): true, "input.none": true}
			for range random.IntN(4) {
				needs[fmt.Sprint(random.IntN(i+1))] = true
			}
			writes := random.IntN(2) == 0
			steps = append(steps, step{name: fmt.Sprint(i), needs: needs, writes: writes, run: func(context.Context, *sql.Conn) error {
				if writes {
					if writing.Add(1) > 1 {
						t.Errorf("round %d: %d writes beside another step", round, i)
					}
					runtime.Gosched()
					defer writing.Add(-1)
				}
				mu.Lock()
				defer mu.Unlock()
				for name := range needs {
					if name != fmt.Sprint(i) && name != "input.none" && !finished[name] {
						t.Errorf("round %d: %d ran before %s", round, i, name)
					}
				}
				if finished[fmt.Sprint(i)] {
					t.Errorf("round %d: %d ran twice", round, i)
				}
				finished[fmt.Sprint(i)] = true
				return nil
			}})
		}
		var told []string
		if err := runSteps(t.Context(), make([]*sql.Conn, connections), steps, func(name string) { told = append(told, name) }); err != nil {
			t.Fatal(err)
		}
		if len(finished) != n || len(told) != n {
			t.Errorf("round %d: %d of %d steps ran, %d were told", round, len(finished), n, len(told))
		}
	}
}

func TestTheFirstErrorEndsTheSteps(t *testing.T) {
	broken := errors.New("broken")
	var ran []string
	note := func(name string, needs string, err error) step {
		return step{name: name, needs: map[string]bool{needs: true}, run: func(ctx context.Context, _ *sql.Conn) error {
			ran = append(ran, name)
			return errors.Join(err, ctx.Err())
		}}
	}
	steps := []step{note("a", "", nil), note("b", "a", broken), note("c", "b", nil), note("d", "a", nil)}
	if err := runSteps(t.Context(), make([]*sql.Conn, 1), steps, func(string) {}); !errors.Is(err, broken) || !slices.Equal(ran, []string{"a", "b"}) {
		t.Errorf("%v after %q", err, ran)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := runSteps(ctx, make([]*sql.Conn, 2), []step{note("a", "", nil)}, func(string) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled run ended with %v", err)
	}
	blocked := []step{
		{name: "slow", run: func(ctx context.Context, _ *sql.Conn) error { <-ctx.Done(); return ctx.Err() }},
		{name: "bad", run: func(context.Context, *sql.Conn) error { return broken }},
	}
	if err := runSteps(t.Context(), make([]*sql.Conn, 2), blocked, func(string) {}); !errors.Is(err, broken) {
		t.Errorf("the error is %v, not the first one", err)
	}
}
