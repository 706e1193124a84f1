// Package schedules starts jobs by the clock and accounts for every time at which one was due.
//
// # Jobs
//
// A job is a YAML file (nightly.yaml is built in): a cron expression of five fields with its time zone, and what to do about
// lateness, absence and failure. Unknown keys are errors. The time zone database is built in too, so that a machine without
// one knows Asia/Ho_Chi_Minh.
//
// # Slots and verdicts
//
// A slot is a time at which a job is due by the schedule that is in force then. Every slot since installation (the first
// time the engine sees the job; recorded in the ledger) gets exactly one verdict, invariant 10:
//
//   - ran: a run was begun and ended, well or badly; the reason tells a failure.
//   - skipped: the engine was there and did not run it: the run before was still going on, or another process held the lock
//     to the end of all retries.
//   - missed: the engine was not there, or the machine slept, or the process died in the middle. If a later run made good
//     for it, the verdict names that run; if not, the reason says why.
//
// A verdict is written when it is final. A process killed at any moment leaves slots without one, and the next start decides
// them. What was decided about the past stays. The one exception is a clock that goes back: verdicts about times that have
// not come yet are withdrawn (the ledger keeps them aside), unless the slot ran, and those slots are decided when they come.
// While the clock is before the installation nothing is decided, unless nothing has run yet: then the installation moves.
//
// # Catching up
//
// Policy none makes good for nothing. Policy latest starts one run for all missed slots inside the window; if the newest slot
// is still on time its run does that too. Policy all starts one run a slot, oldest first, at most cap of them, the newest
// ones. What window and cap cut off is recorded as the reason.
//
// # The engine
//
// One run at a time, whatever the number of jobs. An error that says Temporary() is tried again with doubling waits; any other
// is final. The wall clock is looked at every half minute at least, because timers stand still while a machine sleeps.
// When its context ends the engine cancels the run, waits ten seconds at most, and leaves an abandoned slot to the next start.
// If the ledger cannot be written the engine stops with an error: it must not run what it cannot account for. Two engines on
// one ledger would run jobs twice; the command that starts one takes a lock.
//
// Notifications go to a Notifier. Log writes them to the program's log; there is no mail, command or webhook.
package schedules
