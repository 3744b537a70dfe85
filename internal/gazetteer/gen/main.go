// Command gen makes the table that package gazetteer embeds, from the CSV files
// of a directory: communes_fr.csv, communes_anciennes_fr.csv,
// departements_regions_fr.csv and cities_world_15000.csv.
package main

import (
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/gazetteer"
)

func main() {
	in := flag.String("in", "../shared/data/gazetteer", "directory of the CSV files")
	out := flag.String("out", "internal/gazetteer/data/places.bin.gz", "file to write")
	flag.Parse()
	if err := run(*in, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(in, out string) error {
	communes, err := table(in, "communes_fr.csv")
	if err != nil {
		return err
	}
	former, err := table(in, "communes_anciennes_fr.csv")
	if err != nil {
		return err
	}
	areas, err := table(in, "departements_regions_fr.csv")
	if err != nil {
		return err
	}
	cities, err := table(in, "cities_world_15000.csv")
	if err != nil {
		return err
	}
	rows := french(communes, former)
	for _, c := range cities {
		if c["country"] == "FR" {
			continue // the communes say it better
		}
		rows = append(rows, gazetteer.Row{
			Name: c["name"], Class: gazetteer.ClassCity, Lat: number(c["lat"]), Lon: number(c["lon"]),
			Population: uint32(number(c["population"])), Country: c["country"], Admin1: c["admin1"],
		})
	}
	var departments, regions []gazetteer.Area
	for _, a := range areas {
		area := gazetteer.Area{Code: a["code"], Name: a["nom"], Region: a["code_region"]}
		if a["type"] == "region" {
			regions = append(regions, area)
		} else {
			departments = append(departments, area)
		}
	}
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	if err := gazetteer.Pack(f, rows, departments, regions); err != nil {
		return err
	}
	return f.Close()
}

// french gives the communes, the districts and the former communes; a former
// commune without a centre takes that of the commune that it joined.
func french(communes, former []map[string]string) []gazetteer.Row {
	var rows []gazetteer.Row
	byCode := map[string]gazetteer.Row{}
	for _, c := range communes {
		r := gazetteer.Row{
			Name: c["nom"], INSEE: c["code_insee"], Lat: number(c["lat"]), Lon: number(c["lon"]),
			Population: uint32(number(c["population"])),
		}
		if c["type"] == "arrondissement" {
			r.Class = gazetteer.ClassDistrict
		}
		for _, p := range strings.Split(c["codes_postaux"], "|") {
			if n, err := strconv.ParseUint(p, 10, 32); err == nil {
				r.Postcodes = append(r.Postcodes, uint32(n))
			}
		}
		rows = append(rows, r)
		byCode[r.INSEE] = r
	}
	for _, c := range former {
		head, ok := byCode[c["chef_lieu_code_insee"]]
		if c["code_insee"] == c["chef_lieu_code_insee"] && ok && head.Name == c["nom"] {
			continue // the commune has kept the name and the code
		}
		r := gazetteer.Row{
			Name: c["nom"], INSEE: c["code_insee"], Class: gazetteer.ClassFormer,
			Lat: number(c["lat"]), Lon: number(c["lon"]), Postcodes: head.Postcodes,
		}
		if c["lat"] == "" {
			if !ok {
				continue
			}
			r.Lat, r.Lon = head.Lat, head.Lon
		}
		rows = append(rows, r)
	}
	return rows
}

func number(s string) float64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return f
}

// table reads a CSV file as one map per row.
func table(dir, name string) ([]map[string]string, error) {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // read only
	all, err := csv.NewReader(f).ReadAll()
	if err != nil || len(all) == 0 {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	all[0][0] = strings.TrimPrefix(all[0][0], "\ufeff")
	var rows []map[string]string
	for _, rec := range all[1:] {
		m := make(map[string]string, len(rec))
		for i, v := range rec {
			m[all[0][i]] = v
		}
		rows = append(rows, m)
	}
	return rows, nil
}
