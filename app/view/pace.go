package view

import "time"

// pace estimates the time that is left from how a share has grown: by the speed
// of the last seconds, and by that of the whole while there is little to go by. What
// happened before it first looked, such as an attempt on another day, does not count.
type pace struct {
	began, last time.Time
	from, at    float64 // the share at began and at last
	speed       float64 // share a second, smoothed; 0 while unknown
}

const (
	paceStep  = 500 * time.Millisecond // between two measurements of the speed
	paceFirst = time.Second            // before anything is said
	paceShare = 0.01                   // that must be done before anything is said
)

// left takes in how much is done now and estimates the time to the end; it is
// negative while there is nothing to go by.
func (p *pace) left(now time.Time, done float64) time.Duration {
	if p.began.IsZero() || done < p.at {
		*p = pace{began: now, last: now, from: done, at: done}
		return -1
	}
	if step := now.Sub(p.last); step >= paceStep {
		speed := (done - p.at) / step.Seconds()
		weight := min(1, step.Seconds()/5) // the last five seconds count most
		if p.speed == 0 {
			weight = 1
		}
		p.speed += weight * (speed - p.speed)
		p.last, p.at = now, done
	}
	whole := now.Sub(p.began).Seconds()
	if whole < paceFirst.Seconds() || done-p.from < paceShare {
		return -1
	}
	speed := (p.speed + (done-p.from)/whole) / 2
	if speed <= 0 {
		return -1
	}
	return time.Duration((1 - done) / speed * float64(time.Second))
}
