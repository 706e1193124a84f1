// Package durable is the only place that makes a file appear under its final name. A reader of that name sees the
// old content or the whole new content, never a part, and what was reported as done survives a power cut.
//
// The order is always: write a temporary file beside the target (same file system), sync the file, rename it, sync
// the directory. Without the last step the name itself can vanish at a power cut; without the first sync the name
// can point at zeros.
//
// A zero Disk is ready to use. Tests set Disk.Fault to make every single step fail in turn.
package durable
