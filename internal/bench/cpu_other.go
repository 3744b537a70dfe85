//go:build !unix

package bench

import "time"

var begun = time.Now()

// processorTime is the time of day, where the processor's cannot be asked for.
func processorTime() time.Duration { return time.Since(begun) }
