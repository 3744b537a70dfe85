// Package bench measures a whole instance with many entries: what each view costs
// beside a bare limit of the machine that is measured in the same run. Command
// bocage bench prints it.
//
// What belongs: the generated entries, the limits, the figures and their bars. What
// does not: benchmarks of one package, which are beside its code, and comparisons
// with other programs. Figures are processor time, so that a busy machine changes
// them little; two sides of a ratio take turns.
package bench
