package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/transfer"
)

// sampleProblems is how many problems of one sort are printed before the rest
// is only counted.
const sampleProblems = 5

// printReport tells a person what an import understood, what is wrong with the
// file and what became of its rows.
func printReport(w io.Writer, rep transfer.Report, dry bool) {
	printReading(w, rep)
	printProblems(w, rep)
	verb := ""
	if dry {
		verb = "dry run, nothing written: "
	}
	fmt.Fprintf(w, "%s%d rows: %d created, %d updated, %d unchanged, %d rejected\n",
		verb, rep.Rows, rep.Created, rep.Updated, rep.Unchanged, rep.Rejected)
}

// printReading says how the file was read: what was guessed may be wrong.
func printReading(w io.Writer, rep transfer.Report) {
	how := string(rep.Format) + ", " + rep.Encoding
	switch rep.Delimiter {
	case "":
	case "\t":
		how += ", separated by tabs"
	default:
		how += fmt.Sprintf(", separated by %q", rep.Delimiter)
	}
	fmt.Fprintf(w, "read as %s; texts in %q (--lang)\n", how, rep.Language)
	var used, aside []string
	for column, field := range rep.Columns {
		switch field {
		case "":
			aside = append(aside, column)
		case "-": // ours, and written by nobody else
		default:
			used = append(used, field+"="+column)
		}
	}
	slices.Sort(used)
	slices.Sort(aside)
	printWords(w, "columns (--map): ", used)
	printWords(w, "kept aside: ", aside)
	var kinds []string
	for _, k := range directory.Kinds() {
		if n := rep.Kinds[k]; n > 0 {
			kinds = append(kinds, fmt.Sprintf("%d %s", n, k))
		}
	}
	printWords(w, "kinds (--kind): ", kinds)
	if rep.Geocoded > 0 {
		fmt.Fprintf(w, "placed by their town: %d\n", rep.Geocoded)
	}
}

func printWords(w io.Writer, label string, words []string) {
	if len(words) > 0 {
		fmt.Fprintln(w, label+strings.Join(words, ", "))
	}
}

// printProblems prints errors first, then warnings; of each sort a few.
func printProblems(w io.Writer, rep transfer.Report) {
	for _, warning := range []bool{false, true} {
		level := "error"
		if warning {
			level = "warning"
		}
		var sorts []string
		count := map[string]int{}
		for _, p := range rep.Problems {
			if p.Warning != warning {
				continue
			}
			sort := p.Field + " " + p.Code
			if count[sort]++; count[sort] == 1 {
				sorts = append(sorts, sort)
			}
			if count[sort] <= sampleProblems {
				fmt.Fprintln(w, problemLine(p, level))
			}
		}
		for _, s := range sorts {
			if more := count[s] - sampleProblems; more > 0 {
				field, code, _ := strings.Cut(s, " ")
				fmt.Fprintf(w, "and %d more %ss of %s: %s (--json lists them)\n", more, level, field, strings.ReplaceAll(code, "_", " "))
			}
		}
	}
	if rep.Suppressed > 0 {
		fmt.Fprintf(w, "and %d problems more that were not kept\n", rep.Suppressed)
	}
}

func problemLine(p transfer.Problem, level string) string {
	line := level + ": "
	if p.Line > 0 {
		line = fmt.Sprintf("line %d: %s", p.Line, line)
	}
	if p.Field != "" {
		line += p.Field + ": "
	}
	return line + p.Message
}
