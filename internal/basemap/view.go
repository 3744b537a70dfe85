package basemap

import "math"

// View is a viewport in web Mercator. At zoom z the world is 256·2^z pixels
// wide, as on most web maps; a tile of ours at zoom z-1 is then 512 pixels wide.
type View struct {
	Lat, Lon      float64 // of the centre, degrees WGS 84
	Zoom          float64
	Width, Height int // pixels
}

// The limits of View.Zoom.
const (
	MinViewZoom = 1
	MaxViewZoom = 18
)

// maxViewPixels bounds a drawing's side, whatever was asked.
const maxViewPixels = 4096

// sane is v with every number inside its limits.
func (v View) sane() View {
	v.Zoom = bounded(v.Zoom, MinViewZoom, MaxViewZoom)
	v.Lat = bounded(v.Lat, -maxLatitude, maxLatitude)
	if !(math.Abs(v.Lon) <= 1e6) {
		v.Lon = 0
	}
	v.Lon = wrapLongitude(v.Lon)
	v.Width = max(1, min(v.Width, maxViewPixels))
	v.Height = max(1, min(v.Height, maxViewPixels))
	return v
}

// bounded takes NaN to the lower limit.
func bounded(x, least, most float64) float64 {
	if !(x >= least) {
		return least
	}
	return math.Min(x, most)
}

func wrapLongitude(lon float64) float64 {
	return lon - 360*math.Floor((lon+180)/360)
}

// pixels is the width of the world in pixels.
func (v View) pixels() float64 { return 256 * math.Exp2(v.Zoom) }

func (v View) frame() box {
	c, w := project(v.Lon, v.Lat), v.pixels()
	dx, dy := float64(v.Width)/2/w, float64(v.Height)/2/w
	return box{c.x - dx, c.y - dy, c.x + dx, c.y + dy}
}

// Bounds are the view's edges in degrees; west > east when it crosses the
// antimeridian. A view wider than the world gives -180 and 180.
func (v View) Bounds() (west, south, east, north float64) {
	f := v.sane().frame()
	west, north = unproject(point{f.minX, math.Max(0, f.minY)})
	east, south = unproject(point{f.maxX, math.Min(1, f.maxY)})
	if f.maxX-f.minX >= 1 {
		return -180, south, 180, north
	}
	return wrapLongitude(west), south, wrapLongitude(east), north
}

// Moved is the view panned by a share of its size (1 = a whole width or
// height, east and south positive) and zoomed by dz levels.
func (v View) Moved(dx, dy, dz float64) View {
	v = v.sane()
	c, w := project(v.Lon, v.Lat), v.pixels()
	v.Lon, v.Lat = unproject(point{c.x + dx*float64(v.Width)/w, c.y + dy*float64(v.Height)/w})
	v.Zoom += dz
	return v.sane()
}

// Fit is the view of this size that shows the box from west, south to east,
// north with a margin, zoomed in no further than maxZoom.
func Fit(west, south, east, north float64, width, height int, maxZoom float64) View {
	if east < west {
		east += 360
	}
	a, c := project(west, north), project(east, south)
	const margin = 1.15
	zoom := maxZoom
	if w := (c.x - a.x) * margin; w > 0 {
		zoom = math.Min(zoom, math.Log2(float64(width)/256/w))
	}
	if h := (c.y - a.y) * margin; h > 0 {
		zoom = math.Min(zoom, math.Log2(float64(height)/256/h))
	}
	lon, lat := unproject(point{(a.x + c.x) / 2, (a.y + c.y) / 2})
	return View{Lat: lat, Lon: lon, Zoom: math.Floor(zoom*4) / 4, Width: width, Height: height}.sane()
}
