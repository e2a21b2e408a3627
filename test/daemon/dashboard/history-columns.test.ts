import t from 'tap'
import { columnsOf } from '../../../daemon/dashboard/history-columns.js'
import type { HistoryRow } from '../../../daemon/data/history.js'

function rowAt(minute: number, row: Partial<HistoryRow> = {}): HistoryRow {
  return {
    at: new Date(minute * 60_000).toISOString(),
    finished: 0,
    failed: 0,
    retried: 0,
    stopped: 0,
    interrupted: 0,
    runSec: 0,
    longestRunSec: 0,
    waits: 0,
    waitSec: 0,
    longestWaitSec: 0,
    waiting: null,
    failedJobs: null,
    running: null,
    workers: null,
    busyWorkers: null,
    ...row,
  }
}

t.test('C11: as many columns as there are minutes, where those fit', async (t) => {
  const rows = [rowAt(0, { finished: 3, failed: 1, retried: 2, runSec: 6, waits: 2, waitSec: 1, longestWaitSec: 0.8 })]
  t.match(columnsOf(rows, 60), [
    {
      at: '1970-01-01T00:00:00.000Z',
      finishedPerMin: 3,
      failedPerMin: 3,
      meanWaitSec: 0.5,
      longestWaitSec: 0.8,
      meanRunSec: 1,
    },
  ])
  t.same(columnsOf([], 60), [])
})

t.test(
  'C11: minutes are put together from the newest on, rates stay per minute, depths are the last known',
  async (t) => {
    const rows = [0, 1, 2, 3, 4].map((minute) =>
      rowAt(minute, { finished: minute, waiting: minute === 4 ? null : minute }),
    )
    const columns = columnsOf(rows, 3)
    t.same(
      columns.map(({ at, minutes, finishedPerMin, waiting }) => [at.slice(14, 16), minutes, finishedPerMin, waiting]),
      [
        ['00', 1, 0, 0],
        ['01', 2, 1.5, 2],
        ['03', 2, 3.5, 3],
      ],
    )
  },
)

t.test('C11: what nobody knows is no zero', async (t) => {
  t.match(columnsOf([rowAt(0)], 1), [{ meanWaitSec: null, longestWaitSec: null, meanRunSec: null, waiting: null }])
})
