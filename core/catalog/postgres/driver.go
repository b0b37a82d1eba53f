package postgres

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
)

// queueName is the River queue of a queue; River wants small letters. Owners
// share a queue, and the fetch tells their jobs apart.
func queueName(queue string) string { return strings.ToLower(queue) }

// driver is River's driver with a fetch in which owners take turns, and with
// news that come over our own channel.
type driver struct {
	*riverpgxv5.Driver
	base  *base
	owner string // whose jobs are fetched; "" for everyone's
}

func (d *driver) SupportsListenNotify() bool { return false } // River's own channel stays silent

func (d *driver) GetListener(*riverdriver.GetListenenerParams) riverdriver.Listener {
	return d.base.wake.Listener()
}

func (d *driver) GetExecutor() riverdriver.Executor {
	return &executor{Executor: d.Driver.GetExecutor(), driver: d}
}

type executor struct {
	riverdriver.Executor
	driver *driver
}

// QueueCreateOrSetUpdatedAt answers River that the queue is there. A pause is
// seen by the fetch itself, so that no one can pause a queue by a message.
func (e *executor) QueueCreateOrSetUpdatedAt(_ context.Context, p *riverdriver.QueueCreateOrSetUpdatedAtParams) (*rivertype.Queue, error) {
	return &rivertype.Queue{Name: p.Name, Metadata: []byte(`{}`)}, nil
}

// turns remembers whom this process served, so that of owners with equally many
// jobs running the one goes first who has waited longest for a turn: else a worker with
// one place would do all of the older jobs before another owner's first.
type turns struct {
	mu     sync.Mutex
	served []string // the last served is last
}

// mostTurns bounds what is remembered; who is forgotten goes first.
const mostTurns = 1000

func (t *turns) order() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.served)
}

func (t *turns) took(owners []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, owner := range owners {
		t.served = append(slices.DeleteFunc(t.served, func(o string) bool { return o == owner }), owner)
	}
	t.served = t.served[max(0, len(t.served)-mostTurns):]
}

// fetch takes the next jobs of a queue. Each owner that has something due is
// found by a jump through the index, its first jobs are numbered behind those it has
// running, and the lowest numbers go first, those of the longest unserved owner before
// others. What it answers in the metadata of a
// job is filled in from guarded columns, whatever the row says there.
const fetch = `
WITH RECURSIVE waiting AS (
	(SELECT owner FROM sheetmill.river_job
	 WHERE state = 'available' AND queue = @queue AND (@owner = '' OR owner = @owner)
		AND NOT EXISTS (SELECT 1 FROM sheetmill.river_queue WHERE name = @queue AND paused_at IS NOT NULL)
	 ORDER BY owner LIMIT 1)
	UNION ALL
	SELECT (SELECT j.owner FROM sheetmill.river_job j
		WHERE j.state = 'available' AND j.queue = @queue AND j.owner > w.owner AND @owner = ''
		ORDER BY j.owner LIMIT 1)
	FROM waiting w WHERE w.owner IS NOT NULL
), busy AS (
	SELECT owner, count(*) AS jobs FROM sheetmill.river_job WHERE state = 'running' GROUP BY owner
), chosen AS (
	SELECT first.id
	FROM waiting w
	LEFT JOIN busy b ON b.owner = w.owner
	LEFT JOIN unnest(@served::text[]) WITH ORDINALITY AS served(owner, nth) ON served.owner = w.owner
	CROSS JOIN LATERAL (
		SELECT due.id, due.priority, due.scheduled_at, row_number() OVER (ORDER BY due.priority, due.scheduled_at, due.id) AS turn
		FROM (
			SELECT id, priority, scheduled_at FROM sheetmill.river_job
			WHERE state = 'available' AND queue = @queue AND owner = w.owner AND kind = ANY(@kinds) AND scheduled_at <= now()
			ORDER BY priority, scheduled_at, id
			LIMIT @most
			FOR UPDATE SKIP LOCKED
		) due
	) first
	WHERE w.owner IS NOT NULL
	ORDER BY coalesce(b.jobs, 0) + first.turn, coalesce(served.nth, 0), first.priority, first.scheduled_at, first.id
	LIMIT @most
), taken AS (
	UPDATE sheetmill.river_job j SET state = 'running', attempt = j.attempt + 1, attempted_at = now(),
		attempted_by = array_append(
			CASE WHEN array_length(j.attempted_by, 1) >= @names THEN j.attempted_by[array_length(j.attempted_by, 1) + 2 - @names:] ELSE j.attempted_by END,
			@worker)
	FROM chosen WHERE j.id = chosen.id
	RETURNING j.*
)
SELECT t.id, t.args, t.attempt, t.attempted_at, t.attempted_by, t.created_at, t.kind, t.max_attempts,
	t.metadata || jsonb_build_object('sheetmill', jsonb_build_object('owner', t.owner, 'record', coalesce(d.id, ''))),
	t.priority, t.queue, t.scheduled_at, t.tags, t.owner
FROM taken t
LEFT JOIN sheetmill.dataset_job dj ON dj.job = t.id
LEFT JOIN sheetmill.dataset d ON d.seq = dj.dataset
ORDER BY t.priority, t.scheduled_at, t.id`

// JobGetAvailable fetches in turns. Errors of earlier attempts are left out: no attempt asks for them.
func (e *executor) JobGetAvailable(ctx context.Context, p *riverdriver.JobGetAvailableParams) (*riverdriver.JobGetAvailableResult, error) {
	rows, err := e.driver.base.pool.Query(ctx, fetch, pgx.NamedArgs{
		"queue": p.Queue, "owner": e.driver.owner, "kinds": p.Kind, "most": p.MaxToLock, "names": p.MaxAttemptedBy, "worker": p.ClientID,
		"served": nonNil(e.driver.base.turns.order()),
	})
	if err != nil {
		return nil, err
	}
	var owners []string
	jobs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*rivertype.JobRow, error) {
		j := &rivertype.JobRow{State: rivertype.JobStateRunning}
		var owner string
		err := row.Scan(&j.ID, &j.EncodedArgs, &j.Attempt, &j.AttemptedAt, &j.AttemptedBy, &j.CreatedAt, &j.Kind, &j.MaxAttempts,
			&j.Metadata, &j.Priority, &j.Queue, &j.ScheduledAt, &j.Tags, &owner)
		if !slices.Contains(owners, owner) {
			owners = append(owners, owner)
		}
		return j, err
	})
	e.driver.base.turns.took(owners)
	return &riverdriver.JobGetAvailableResult{Jobs: jobs}, err
}
