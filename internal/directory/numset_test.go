package directory

import (
	"slices"
	"testing"
)

func TestNumSet(t *testing.T) {
	t.Parallel()
	s := NewNumSet(5, 0, 64, 5, -1, 1<<40, 1000)
	if got, want := s.Nums(), []int64{0, 5, 64, 1000}; !slices.Equal(got, want) || s.Len() != len(want) {
		t.Fatalf("Nums %v, Len %d", got, s.Len())
	}
	for num, want := range map[int64]bool{0: true, 5: true, 6: false, 64: true, 1000: true, 1001: false, -1: false, 1 << 40: false} {
		if s.Has(num) != want {
			t.Errorf("Has(%d) = %v", num, !want)
		}
	}
	s.Add(5000)
	if !s.Has(5000) || s.Has(4999) || s.Len() != 5 {
		t.Error("Add beyond the end")
	}
	var all *NumSet
	if !all.Has(7) || all.Len() != 0 || all.Nums() != nil {
		t.Error("a nil set has every number")
	}
}

func TestNumIndex(t *testing.T) {
	t.Parallel()
	var x NumIndex
	x.Set(3, 0)
	x.Set(4_000_000_000, 7)
	x.Set(-1, 1)
	x.Set(1<<33, 1)
	for num, want := range map[int64]int{3: 0, 4_000_000_000: 7} {
		if got, ok := x.Get(num); !ok || got != want {
			t.Errorf("Get(%d) = %d, %v", num, got, ok)
		}
	}
	x.Drop(3)
	x.Drop(9)
	for _, num := range []int64{3, 4, -1, 1 << 33, 4_000_000_001} {
		if got, ok := x.Get(num); ok {
			t.Errorf("Get(%d) = %d", num, got)
		}
	}
}

func TestNumSetParts(t *testing.T) {
	s := NewNumSet(0, 5, 63, 64, 200)
	for _, tt := range []struct {
		after int64
		limit int
		want  []int64
	}{{-1, 9, []int64{0, 5, 63, 64, 200}}, {0, 2, []int64{5, 63}}, {5, 9, []int64{63, 64, 200}}, {63, 1, []int64{64}}, {64, 9, []int64{200}}, {200, 9, nil}, {1 << 40, 9, nil}} {
		if got := s.After(tt.after, tt.limit); !slices.Equal(got, tt.want) {
			t.Errorf("after %d, %d: %v, want %v", tt.after, tt.limit, got, tt.want)
		}
	}
	c := s.Clone()
	c.Remove(63)
	c.Remove(63)
	c.Remove(7)
	c.Remove(1 << 50)
	c.Remove(-1)
	if c.Len() != 4 || c.Has(63) || !s.Has(63) || s.Len() != 5 {
		t.Errorf("a copy without one: %v, the set: %v", c.Nums(), s.Nums())
	}
	both := s.And(NewNumSet(5, 6, 64, 1000))
	if !slices.Equal(both.Nums(), []int64{5, 64}) || both.Len() != 2 {
		t.Errorf("of both: %v", both.Nums())
	}
	if got := (*NumSet)(nil).And(s); got != s || s.And(nil) != s {
		t.Error("every number is not neutral")
	}
}

func TestNumSetWords(t *testing.T) {
	s := NewNumSet(0, 70, 127)
	if s.Word(0) != 1 || s.Word(1) != 1<<6|1<<63 || s.Word(2) != 0 || s.Word(-1) != 0 || (*NumSet)(nil).Word(9) != 1<<64-1 {
		t.Errorf("words %x %x %x", s.Word(0), s.Word(1), s.Word(2))
	}
	longer := NewNumSet(0, 70, 127, 5000)
	longer.Remove(5000)
	for _, tt := range []struct {
		a, b *NumSet
		want bool
	}{{s, longer, true}, {longer, s, true}, {s, NewNumSet(0, 70, 128), false}, {s, NewNumSet(0, 70), false}, {nil, s, false}, {s, nil, false}, {nil, nil, true}, {NewNumSet(), &NumSet{}, true}} {
		if tt.a.Equal(tt.b) != tt.want {
			t.Errorf("%v and %v are equal: %t", tt.a.Nums(), tt.b.Nums(), !tt.want)
		}
	}
}
