// Package landing keeps the bytes that came in, for ever and unchanged.
//
//	objects/ab/ab12…        the bytes, named by their SHA-256 in hexadecimal, mode 0444, never overwritten
//	objects/ab/ab12….json   the manifest: size, detected type, when received, and every origin the bytes were seen at
//	incoming/               what is being copied; swept before the first landing after Open
//
// An object exists when its manifest does. The bytes are made durable before the manifest is, so a manifest never
// speaks of bytes that are not there; bytes without a manifest are a landing that was cut short and are simply landed
// again. The name of an origin is text inside the manifest and never becomes a path.
//
// One process lands at a time (the lock of the data directory sees to that). Opening, listing and reading are safe
// beside it.
package landing
