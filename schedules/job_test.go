package schedules

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/phuluc/phuluc/load/ledger"
)

func TestTheBuiltInJobRefreshesAtTwoInHanoi(t *testing.T) {
	jobs, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	if len(jobs) != 1 || jobs[0].Name != "nightly" || jobs[0].Command[0] != "refresh" {
		t.Fatalf("%+v", jobs)
	}
	e, err := New(jobs, nil, fixed(time.Date(2026, 2, 27, 20, 0, 0, 0, time.UTC)), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	next, err := e.Next(3)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range next {
		got = append(got, n.At.Format(time.RFC3339))
	}
	if s := strings.Join(got, " "); s != "2026-03-01T02:00:00+07:00 2026-03-02T02:00:00+07:00 2026-03-03T02:00:00+07:00" {
		t.Errorf("next %s", s)
	}
}

type fixed time.Time

func (f fixed) Now() time.Time                       { return time.Time(f) }
func (f fixed) After(time.Duration) <-chan time.Time { return nil }

// The values of a file that says only what it must are those that nightly.yaml writes out.
func TestWhatAFileLeavesOutIsAsInTheBuiltInJob(t *testing.T) {
	short, err := Parse("short.yaml", []byte("name: nightly\ncommand: [refresh]\ncron: 0 2 * * *\ntime_zone: Asia/Ho_Chi_Minh\n"))
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(short, jobs[0]) {
		t.Errorf("%+v\nis not\n%+v", short, jobs[0])
	}
}

// The corpus: the name of a file is its verdict, the comment in its first line is what the error must say.
func TestJobFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) < 10 {
		t.Fatal(len(files), err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Parse(name, content)
			if strings.HasPrefix(name, "ok_") {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var bad *ConfigError
			if !errors.As(err, &bad) || bad.File != name {
				t.Fatalf("error %v", err)
			}
			first, _, _ := strings.Cut(string(content), "\n")
			for _, want := range strings.Split(strings.TrimPrefix(first, "# "), " | ") {
				if !strings.Contains(bad.Error()+" "+bad.Hint, want) {
					t.Errorf("%q and hint %q do not say %q", bad, bad.Hint, want)
				}
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.yaml")
	for _, file := range append(files, "nightly.yaml") {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		j, err := Parse("f.yaml", content)
		var bad *ConfigError
		if err != nil {
			if !errors.As(err, &bad) {
				t.Errorf("not a typed error: %v", err)
			}
			return
		}
		if _, err := New([]Job{j}, nil, fixed{}, nil, nil); err != nil {
			t.Errorf("accepted and then refused: %v", err)
		}
	})
}

func TestTwoFilesMayNotShareAName(t *testing.T) {
	one := []byte("name: a\ncommand: [refresh]\ncron: 0 2 * * *\ntime_zone: UTC\n")
	_, err := Load(fstest.MapFS{"a.yaml": {Data: one}, "b.yaml": {Data: one}, "c.txt": {Data: []byte("no")}})
	if err == nil || !strings.Contains(err.Error(), "a.yaml") || !strings.Contains(err.Error(), "b.yaml") {
		t.Errorf("error %v", err)
	}
}

func TestAFolderWithoutJobsIsAnError(t *testing.T) {
	var bad *ConfigError
	if _, err := Load(fstest.MapFS{"README.txt": {}, "old.yaml/a": {}}); !errors.As(err, &bad) || bad.Hint == "" {
		t.Errorf("no job file: %v", err)
	}
	if _, err := Load(os.DirFS(filepath.Join(t.TempDir(), "absent"))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
}

func TestWaitsDoubleUpToTheLongest(t *testing.T) {
	r := Retry{FirstWait: time.Minute, MaxWait: 10 * time.Minute}
	for n, want := range map[int]time.Duration{1: 1, 2: 2, 3: 4, 4: 8, 5: 10, 6: 10, 1000: 10} {
		if got := r.wait(n); got != want*time.Minute {
			t.Errorf("wait %d: %s", n, got)
		}
	}
}

func TestSlotsFollowTheScheduleInForceAtTheirTime(t *testing.T) {
	at := func(d, h int) time.Time { return time.Date(2026, 3, d, h, 0, 0, 0, time.UTC) }
	spans := []ledger.Span{
		{From: at(1, 19), Cron: "0 2 * * *", TimeZone: "Asia/Ho_Chi_Minh"}, // 19:00 UTC; the one at installation is no slot
		{From: at(3, 19), Cron: "0 12 * * *", TimeZone: "UTC"},             // the one at the change is of the span before
		{From: at(5, 0)}, // taken away
		{From: at(7, 0), Cron: "@daily", TimeZone: "UTC"},
	}
	for _, c := range []struct {
		from, to time.Time
		want     string
	}{
		{at(1, 0), at(8, 0), "02T19 03T19 04T12 08T00"},
		{at(2, 19), at(4, 12), "03T19 04T12"},
		{at(4, 11), at(4, 11), ""},
		{at(5, 1), at(7, 23), ""},
	} {
		slots, err := slotsBetween(spans, c.from, c.to)
		var got []string
		for _, s := range slots {
			got = append(got, s.Format("02T15"))
		}
		if s := strings.Join(got, " "); err != nil || s != c.want {
			t.Errorf("%s to %s: %s, %v; want %s", c.from, c.to, s, err, c.want)
		}
	}
}

func TestPlan(t *testing.T) {
	now := time.Date(2026, 3, 10, 2, 5, 0, 0, time.UTC)
	night := func(back int) time.Time { return time.Date(2026, 3, 10-back, 2, 0, 0, 0, time.UTC) }
	var nights []time.Time
	for back := 5; back >= 0; back-- {
		nights = append(nights, night(back))
	}
	cases := []struct {
		name  string
		catch CatchUp
		due   []time.Time
		want  string // lost nights / runs as slot[covered nights]
	}{
		{"nothing", CatchUp{CatchUpLatest, 1000 * time.Hour, 0}, nil, "lost: runs:"},
		{"on time", CatchUp{CatchUpNone, 0, 0}, nights[5:], "lost: runs: 0[]"},
		{"none", CatchUp{CatchUpNone, 1000 * time.Hour, 9}, nights, "lost: 5 4 3 2 1 runs: 0[]"},
		{"none and late", CatchUp{CatchUpNone, 1000 * time.Hour, 9}, nights[:5], "lost: 5 4 3 2 1 runs:"},
		{"latest with one on time", CatchUp{CatchUpLatest, 1000 * time.Hour, 0}, nights, "lost: runs: 0[5 4 3 2 1]"},
		{"latest and late", CatchUp{CatchUpLatest, 1000 * time.Hour, 0}, nights[:5], "lost: runs: late 1[5 4 3 2 1]"},
		{"latest with a window", CatchUp{CatchUpLatest, 49 * time.Hour, 0}, nights[:5], "lost: 5 4 3 runs: late 1[2 1]"},
		{"latest, all too old", CatchUp{CatchUpLatest, time.Hour, 0}, nights[:5], "lost: 5 4 3 2 1 runs:"},
		{"all", CatchUp{CatchUpAll, 1000 * time.Hour, 9}, nights, "lost: runs: late 5[5] late 4[4] late 3[3] late 2[2] late 1[1] 0[]"},
		{"all with a cap", CatchUp{CatchUpAll, 1000 * time.Hour, 2}, nights, "lost: 5 4 3 runs: late 2[2] late 1[1] 0[]"},
		{"all with a window and a cap", CatchUp{CatchUpAll, 97 * time.Hour, 3}, nights, "lost: 5 4 runs: late 3[3] late 2[2] late 1[1] 0[]"},
		{"all with no runs allowed", CatchUp{CatchUpAll, 1000 * time.Hour, 0}, nights[:5], "lost: 5 4 3 2 1 runs:"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			back := func(at time.Time) string { return string(rune('0' + now.Sub(at)/(24*time.Hour))) }
			lost, tasks := plan(Job{Name: "j", Tolerance: 15 * time.Minute, CatchUp: c.catch}, c.due, now, func(time.Time) string { return "off" })
			got := "lost:"
			for _, s := range lost {
				got += " " + back(s.At)
				if s.Verdict != ledger.Missed || !strings.HasPrefix(s.Reason, "off; ") {
					t.Errorf("%+v", s)
				}
			}
			got += " runs:"
			for _, r := range tasks {
				if got += " "; !r.onTime {
					got += "late "
				}
				var covers []string
				for _, a := range r.covers {
					covers = append(covers, back(a.at))
				}
				got += back(r.slot) + "[" + strings.Join(covers, " ") + "]"
			}
			if got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}
