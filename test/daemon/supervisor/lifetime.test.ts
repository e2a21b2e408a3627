import t from 'tap'
import { drawLifetime, reachedLimit, recycleNever } from '../../../daemon/supervisor/lifetime.js'

const policy = { jobs: 100, rssBytes: 1_000, ageMs: 10_000, fresh: false }

t.test('W6: the limits of an executor lie within a tenth of what was asked for', async (t) => {
  t.same(
    drawLifetime(policy, () => 0.5, 5_000),
    { jobs: 100, rssBytes: 1_000, endsAtMs: 15_000, fresh: false },
  )
  t.match(
    drawLifetime(policy, () => 0, 0),
    { jobs: 90, rssBytes: 900, endsAtMs: 9_000 },
  )
  const most = drawLifetime(policy, () => 1 - Number.EPSILON, 0)
  t.ok(most.jobs === 110 && most.rssBytes <= 1_100 && most.endsAtMs <= 11_000)
  t.equal(drawLifetime({ ...policy, jobs: 1 }, () => 0, 0).jobs, 1, 'never none')
})

t.test('W6: it has reached the first limit that is met', async (t) => {
  const life = drawLifetime(policy, () => 0.5, 0)
  t.equal(reachedLimit(life, 99, 999, 9_999), null)
  t.equal(reachedLimit(life, 100, 999, 9_999), 'jobs')
  t.equal(reachedLimit(life, 99, 1_000, 9_999), 'rss')
  t.equal(reachedLimit(life, 0, null, 10_000), 'age')
  const fresh = drawLifetime({ ...policy, fresh: true }, () => 0, 0)
  t.equal(fresh.jobs, 1)
  t.equal(reachedLimit(fresh, 1, null, 0), 'fresh')
})

t.test('without a policy an executor lives for ever', async (t) => {
  const life = drawLifetime(recycleNever, () => 0, 0)
  t.equal(reachedLimit(life, 1e9, 1e15, 1e15), null)
})
