package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/phuluc/phuluc/load/refresh"
)

// progress shows how far a run is: one line that is rewritten where people watch, one line a stage elsewhere.
type progress struct {
	w        io.Writer
	on, live bool
	stage    refresh.Stage
	last     time.Time
	width    int
}

func newProgress(w io.Writer, on bool) *progress {
	return &progress{w: w, on: on, live: on && interactive(w)}
}

func (p *progress) show(stage refresh.Stage, done, total int) {
	if !p.on {
		return
	}
	if !p.live {
		if stage != p.stage {
			p.stage = stage
			fmt.Fprintf(p.w, "%s …\n", stage)
		}
		return
	}
	now := time.Now()
	if stage == p.stage && now.Sub(p.last) < 80*time.Millisecond && done != total {
		return
	}
	p.stage, p.last = stage, now
	line := fmt.Sprintf("%-12s %s", stage, thousands(int64(done)))
	if total > 0 {
		const cells = 24
		filled := min(cells*done/total, cells)
		line = fmt.Sprintf("%-12s [%s%s] %s/%s", stage, strings.Repeat("█", filled), strings.Repeat("·", cells-filled), thousands(int64(done)), thousands(int64(total)))
	}
	pad := max(p.width-len([]rune(line)), 0)
	p.width = len([]rune(line))
	fmt.Fprintf(p.w, "\r%s%s", line, strings.Repeat(" ", pad))
}

// end leaves a clean line.
func (p *progress) end() {
	if p.live && p.width > 0 {
		fmt.Fprintf(p.w, "\r%s\r", strings.Repeat(" ", p.width))
	}
}
