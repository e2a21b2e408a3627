import t from 'tap'
import { formatNumber, markdown, showScenario } from '../../bench/report.js'
import { check, type ScenarioResult } from '../../bench/result.js'

const machine = { cores: 2, cpu: 'EPYC', memoryGiB: 4, kernel: '6.1.0', node: '20.19.0', redis: '7.0.15', load: 0.5 }
const result: ScenarioResult = {
  name: 'drain',
  title: 'No-op jobs',
  how: 'A full queue.',
  rows: [{ what: 'no-op', side: 'rqd', unit: 'jobs/s', values: [900, 1_100, 1_000] }],
  checks: [
    check('ours / theirs', 'x', [1.2], { op: '>=', limit: 1.05 }),
    check('p99', 'ms', [4], { op: '<=', limit: 3 }),
    check('for the record', 'x', [2]),
  ],
}

t.test('numbers have three digits that count and no exponent', async (t) => {
  t.same([17_314.4, 100, 99.95, 1.0467, 0.1234, 0].map(formatNumber), ['17314', '100', '100', '1.05', '0.123', '0'])
  t.equal(formatNumber(NaN), '-')
})

t.test('the terminal shows medians, spread and verdicts', async (t) => {
  const text = showScenario(result)
  t.match(text, /^No-op jobs\n/)
  t.match(text, /no-op +rqd +jobs\/s +1000 +900 +1100\n/)
  t.match(text, /ours \/ theirs .*≥ 1\.05 +pass\n/)
  t.match(text, /p99 .*≤ 3 +MISS\n/)
  t.match(text, /for the record +x +2 +2 +2\n/)
})

t.test('the document says where and how it was measured', async (t) => {
  const text = markdown({
    command: 'npm run bench -- --quick',
    rounds: 3,
    machine,
    scenarios: [result],
    broken: ['status'],
  })
  t.match(text, '2 cores (EPYC), 4 GiB, Linux 6.1.0, Node 20.19.0, Redis 7.0.15, load before 0.5. 3 rounds;')
  t.match(text, '## No-op jobs\n\nA full queue.\n\n| what | side |')
  t.match(text, '| no-op | rqd | jobs/s | 1000 | 900 | 1100 |\n')
  t.match(text, '| p99 | ms | 4 | 4 | 4 | ≤ 3 | MISS |\n')
  t.match(text, /`status` broke\.\n$/)
})
