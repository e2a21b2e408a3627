import { stripVTControlCharacters } from 'node:util'
import picocolors from 'picocolors'
import t from 'tap'
import { type Scene, renderTop, shareRows } from '../../../../daemon/cli/top/layout.js'
import { firstView } from '../../../../daemon/cli/top/view.js'
import { sampleStatus, tenantsStatus } from '../../control/fake-operations.js'

const colourless = picocolors.createColors(false)
const colourful = picocolors.createColors(true)
const scene: Scene = {
  status: sampleStatus,
  rates: { counters: { claimed: 25, finished: 12.34, failed: 0.04 }, queues: { high: -0.5, low: 1234.4 } },
  view: firstView,
  away: undefined,
}
const draw = (more: Partial<Scene>, columns = 80, rows = 24): string[] =>
  renderTop({ ...scene, ...more }, { columns, rows, colours: colourless })
const many = (count: number) => ({
  ...sampleStatus,
  executors: Array.from({ length: count }, (_, i) => ({
    ...sampleStatus.executors[0]!,
    worker: `w.${i}`,
    pid: 100 + i,
  })),
})

t.test('C2: top at 80 columns', async (t) => {
  t.equal(
    draw({}, 80, 18).join('\n'),
    `web-1  running  Redis connected, 0.4 ms  up 3m 12s  pid 4321  rqd 0.1.0
1 of 2 executors busy  1 job running  48 MB resident

CLAIMED  FINISHED  FAILED  RETRIED  HANDED BACK  RECOVERED  FENCED  DEATHS
   1215      1204       7        3            0          0       0       0
   25/s      12/s     0/s      0/s          0/s        0/s     0/s     0/s

   WORKER*  STATE    JOB                                   RUNNING  MEMORY  DONE
>  web-1.1  busy     7b1c6a3e-54c7-4f0e-9a53-0d7d9c2f4e11   1m 15s   48 MB  1204
   web-1.2  backoff  -                                           -       -     7

QUEUE   WAITING   CHANGE  OLDEST  STATE
high          3   -0.5/s     12s  open
low        1500  +1234/s  2h 03m  paused
broken        ?      0/s       -  open

web-1.2 has lost 4 executors in a row: it ended with exit code 7
q quit  h help  p pause/resume  s stop job  d drain  arrows select`,
  )
})

t.test('C2: top at 200 columns shows more', async (t) => {
  t.equal(
    draw({}, 200, 18).join('\n'),
    `web-1  running  Redis connected, 0.4 ms  up 3m 12s  pid 4321  rqd 0.1.0
1 of 2 executors busy  1 job running  48 MB resident  redis://:***@localhost:6379/0

CLAIMED  FINISHED  FAILED  RETRIED  HANDED BACK  RECOVERED  FENCED  DEATHS
   1215      1204       7        3            0          0       0       0
   25/s      12/s     0/s      0/s          0/s        0/s     0/s     0/s

   WORKER*  STATE    JOB                                   QUEUE  FUNCTION                                                    RUNNING  MEMORY    PSS  DONE
>  web-1.1  busy     7b1c6a3e-54c7-4f0e-9a53-0d7d9c2f4e11  high   shop.orders.send_confirmation(order=17, \\x1b[31mcopy=True)   1m 15s   48 MB  31 MB  1204
   web-1.2  backoff  -                                     -      -                                                                 -       -      -     7

QUEUE   WAITING   CHANGE  OLDEST  STATE
high          3   -0.5/s     12s  open
low        1500  +1234/s  2h 03m  paused
broken        ?      0/s       -  open

web-1.2 has lost 4 executors in a row: it ended with exit code 7
q quit  h help  p pause/resume  s stop job  d drain  arrows select  w u a m n sort`,
  )
})

t.test('every line fits, whatever the size, and every row is drawn', async (t) => {
  const named = { ...many(40), name: 'n'.repeat(300) }
  for (const status of [sampleStatus, many(0), many(1), named]) {
    for (const [columns, rows] of [
      [80, 24],
      [200, 60],
      [72, 10],
      [80, 5],
      [120, 16],
    ] as const) {
      for (const view of [firstView, { ...firstView, help: true }]) {
        const lines = renderTop({ ...scene, status, view }, { columns, rows, colours: colourful })
        const longest = Math.max(...lines.map((line) => stripVTControlCharacters(line).length))
        t.equal(lines.length, rows, 'what was there before is overwritten')
        t.ok(longest <= Math.max(columns, 80 * Number(view.help)), `${longest} of ${columns} columns`)
      }
    }
  }
})

t.test('the cursor is seen wherever it stands, and what does not fit is counted', async (t) => {
  const status = many(30)
  for (const worker of ['w.0', 'w.7', 'w.29']) {
    const selected = status.executors.find((each) => each.worker === worker)!
    const lines = draw({ status, view: { ...firstView, selected: `${worker} ${selected.pid}` } })
    t.match(
      lines.find((line) => line.startsWith('>')),
      new RegExp(`^> +${worker} `),
    )
    t.match(lines.join('\n'), /^ {2}and 22 more executors$/m)
    t.match(lines.join('\n'), /^low /m)
  }
})

t.test('the row of the cursor is turned, states are coloured, on a terminal with colours', async (t) => {
  const text = renderTop(scene, { columns: 80, rows: 24, colours: colourful }).join('\n')
  t.match(text, '\x1b[7m>  web-1.1 ')
  t.match(text, '\x1b[36mbusy\x1b[39m')
  t.match(text, '\x1b[31mbackoff\x1b[39m')
  t.match(text, '\x1b[33mpaused\x1b[39m')
})

t.test('the line above the keys: a question, that the daemon is away, what was done, what is wrong', async (t) => {
  const line = (more: Partial<Scene>): string | undefined => draw(more).at(-2)
  t.equal(line({}), 'web-1.2 has lost 4 executors in a row: it ended with exit code 7')
  t.equal(line({ view: { ...firstView, note: 'Paused: \x1b[2J' } }), 'Paused: \\x1b[2J')
  const away = { reason: 'nobody listens', sec: 72 }
  t.equal(line({ away }), 'daemon away, trying again for 1m 12s: nobody listens')
  t.match(draw({ away })[0], /^web-1 {2}away {2}/)
  const asking = { kind: 'stop', jobId: 'one' } as const
  t.equal(line({ away, view: { ...firstView, asking } }), 'Stop job one for good, without a retry? y/n')
  t.match(line({ view: { ...firstView, asking: { kind: 'drain' } } }), /\(drain\)\? y\/n$/)
})

t.test('help lists the keys', async (t) => {
  const lines = draw({ view: { ...firstView, help: true } })
  t.match(lines.join('\n'), /^ {2}s {15}stop the job of the executor selected, for good$/m)
})

t.test('rows are shared: queues keep a few, executors have what they need, the rest is the queues’', async (t) => {
  t.same(shareRows(12, 4, 3), { executors: 4, queues: 3 })
  t.same(shareRows(12, 30, 3), { executors: 9, queues: 3 })
  t.same(shareRows(12, 30, 30), { executors: 8, queues: 4 })
  t.same(shareRows(12, 2, 30), { executors: 2, queues: 10 })
  t.same(shareRows(-3, 9, 9), { executors: 1, queues: 1 })
})

t.test('with tenants queues say whose they are, and so do executors where there is room', async (t) => {
  const rates = { counters: {}, queues: { 'ann high': -0.5, high: 7 } }
  const narrow = draw({ status: tenantsStatus, rates })
  t.ok(narrow.some((line) => /^TENANT +QUEUE +WAITING +CHANGE/.test(line)))
  t.ok(narrow.some((line) => /^ann +high +3 +-0\.5\/s/.test(line)))
  const wide = draw({ status: tenantsStatus, rates }, 120)
  t.ok(wide.some((line) => /WORKER.* JOB +TENANT +QUEUE/.test(line)))
  t.ok(wide.some((line) => /web-1\.1 .* ann +high/.test(line)))
  for (const line of [...narrow, ...draw({ status: tenantsStatus, rates }, 90)]) t.ok(line.length <= 90, line)
})
