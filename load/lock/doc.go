// Package lock lets one process at a time work on a data directory.
//
// The lock is flock(2) on a file that is never removed: the kernel frees it when the holder dies, whatever the way it
// died, so a stale lock cannot block and nothing has to be cleaned by hand. The text inside the file says who holds the
// lock; it serves people only and is never trusted to decide whether the lock is held.
//
// The lock works between processes of one machine. On a network file system it is only as good as that system's flock.
// It guards invariant 10: one run at a time.
package lock
