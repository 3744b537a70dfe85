package directory

// NumIndex says at which position of an index each entry number stands. It
// grows by pages, so that one large number does not cost the memory of all
// those below. The zero value is empty. It is not safe for concurrent writes.
type NumIndex struct{ pages [][]uint32 }

const numPageBits = 12

// Set puts num at a position, 0 to 2³²−2. Numbers out of 0 to 2³²−1 are ignored.
func (x *NumIndex) Set(num int64, position int) { x.put(num, uint32(position)+1) }

// Drop forgets num.
func (x *NumIndex) Drop(num int64) {
	if _, ok := x.Get(num); ok {
		x.put(num, 0)
	}
}

func (x *NumIndex) put(num int64, v uint32) {
	if num < 0 || num > maxSetNum {
		return
	}
	k := int(num >> numPageBits)
	if k >= len(x.pages) {
		x.pages = append(x.pages, make([][]uint32, k+1-len(x.pages))...)
	}
	if x.pages[k] == nil {
		x.pages[k] = make([]uint32, 1<<numPageBits)
	}
	x.pages[k][num&(1<<numPageBits-1)] = v
}

// Get returns the position of num; ok is false when it has none.
func (x *NumIndex) Get(num int64) (position int, ok bool) {
	if num < 0 || num>>numPageBits >= int64(len(x.pages)) {
		return 0, false
	}
	page := x.pages[num>>numPageBits]
	if page == nil {
		return 0, false
	}
	v := page[num&(1<<numPageBits-1)]
	return int(v) - 1, v != 0
}
