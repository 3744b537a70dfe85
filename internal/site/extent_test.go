package site

import (
	"testing"

	"codeberg.org/bocage/bocage/internal/atlas"
)

func TestMost(t *testing.T) {
	if _, ok := most(nil); ok {
		t.Error("a box without entries")
	}
	alone, ok := most([]atlas.Cluster{{N: 1, Lat: 48, Lon: 2}})
	if want := (atlas.BBox{West: 2, South: 48, East: 2, North: 48}); !ok || alone != want {
		t.Errorf("one entry: %v, want %v", alone, want)
	}
	got, _ := most([]atlas.Cluster{
		{N: 40, Lat: 48, Lon: 2}, {N: 30, Lat: 43, Lon: 5}, {N: 24, Lat: 51, Lon: -3},
		{N: 3, Lat: 40, Lon: -74}, {N: 2, Lat: -33, Lon: 151}, {N: 1, Lat: 10, Lon: 123},
	})
	if want := (atlas.BBox{West: -3, South: 43, East: 5, North: 51}); got != want {
		t.Errorf("far entries: %v, want %v", got, want)
	}
	whole, _ := most([]atlas.Cluster{{N: 50, Lat: 48, Lon: 2}, {N: 50, Lat: 14, Lon: 121}})
	if want := (atlas.BBox{West: 2, South: 14, East: 121, North: 48}); whole != want {
		t.Errorf("two halves: %v, want %v", whole, want)
	}
}
