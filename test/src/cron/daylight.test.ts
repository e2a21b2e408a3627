import t from 'tap'
import { CronScheduler } from '../../../src/index.js'
import { queuedTicks } from '../../helpers/cron-ticks.js'
import { startRedis } from '../../helpers/redis.js'

const iso = (epochMs: number): string => new Date(epochMs).toISOString().replace('.000Z', 'Z')

t.test('J20 two daylight changes in three zones: each tick once, and exactly those', async (t) => {
  const redis = await startRedis(t)
  const named = { '30 2 * * *': '02:30', '15 2 * * *': '02:15', '45 1 * * *': '01:45', '0 0 * * *': '00:00' }
  const changes: [timeZone: string, ...days: string[]][] = [
    ['America/New_York', '2026-03-08', '2026-11-01'],
    ['Europe/Berlin', '2026-03-29', '2026-10-25'],
    ['Australia/Lord_Howe', '2026-04-05', '2026-10-04'],
  ]
  for (const [timeZone, ...days] of changes) {
    for (const day of days) {
      await redis.client.flushall()
      const startMs = Date.parse(`${day}T00:00Z`) - 12 * 3_600_000
      const endMs = startMs + 36 * 3_600_000
      const cron = new CronScheduler({ connection: redis.client })
      for (const pattern of [...Object.keys(named), '*/30 * * * *', '0 * * * *']) {
        await cron.register('a.b', { name: pattern, queue: pattern.replaceAll(',', ';'), cron: pattern, timeZone })
      }
      for (let nowMs = startMs; nowMs <= endMs;) nowMs += (await cron.step(nowMs)).nextMs ?? Infinity
      const minutes = wallMinutes(timeZone, startMs - 86_400_000, endMs)
      const within = (ticks: number[]): string[] => ticks.filter((tick) => tick >= startMs).map(iso)
      for (const [pattern, time] of Object.entries(named)) {
        const expected = within(firstAtOrAfter(minutes, time))
        t.strictSame(await queuedTicks(redis.client, pattern), expected, `${pattern} in ${timeZone} about ${day}`)
      }
      for (const [pattern, fits] of [
        ['*/30 * * * *', /:(00|30)$/],
        ['0 * * * *', /:00$/],
      ] as const) {
        const expected = within(minutes.filter(({ wall }) => fits.test(wall)).map(({ atMs }) => atMs))
        t.strictSame(await queuedTicks(redis.client, pattern), expected, `${pattern} in ${timeZone} about ${day}`)
      }
    }
  }
})

interface WallMinute {
  readonly atMs: number
  /** `2026-03-08 01:59` */
  readonly wall: string
}

/** What the clocks of a zone show, minute by minute. */
function wallMinutes(timeZone: string, fromMs: number, toMs: number): WallMinute[] {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
  const minutes: WallMinute[] = []
  for (let atMs = fromMs; atMs <= toMs; atMs += 60_000) minutes.push({ atMs, wall: format.format(atMs) })
  return minutes
}

/** Per day the first moment at which its clock shows a time, or a later one. */
function firstAtOrAfter(minutes: readonly WallMinute[], time: string): number[] {
  const found = new Map<string, number>()
  for (const { atMs, wall } of minutes) {
    const [day = '', clock = ''] = wall.split(' ')
    if (clock >= time && !found.has(day)) found.set(day, atMs)
  }
  return [...found.values()]
}
