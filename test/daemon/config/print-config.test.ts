import t from 'tap'
import { configure } from '../../../daemon/config/make-config.js'
import { printConfig, printConfigJson } from '../../../daemon/config/print-config.js'
import { optionKeys } from '../../../daemon/config/schema.js'
import type { Setting } from '../../../daemon/config/settings.js'

const secret = 'hunter2'
const configuration = configure(
  new Map<string, Setting>([
    ['url', { value: `redis://user:${secret}@host:1/0`, origin: { kind: 'environment', name: 'RQ_REDIS_URL' } }],
    ['sentinel', { value: { password: secret }, origin: { kind: 'file', file: '/etc/rqd.toml', key: 'SENTINEL' } }],
    [
      'sentryDsn',
      { value: `https://${secret}@sentry.example/1`, origin: { kind: 'file', file: '/a.yaml', key: 's', line: 7 } },
    ],
    ['queues', { value: ['high', 'low'], origin: { kind: 'flag', flag: 'QUEUE' } }],
  ]),
)

t.test('--print-config shows every option, its value and its origin, aligned (W3)', async (t) => {
  const lines = printConfig(configuration).trimEnd().split('\n')
  t.equal(lines.length, optionKeys.length)
  const line = (name: string): string => lines.find((each) => each.startsWith(`${name} `)) ?? ''
  t.match(line('queues'), /^queues +high, low +QUEUE *$/)
  t.match(line('url'), /redis:\/\/user:\*\*\*@host:1\/0 +\$RQ_REDIS_URL/)
  t.match(line('sentinel'), '/etc/rqd.toml (SENTINEL)')
  t.match(line('sentry-dsn'), /https:\/\/\*\*\*@sentry.example\/1 +\/a.yaml:7/)
  t.match(line('name'), /- +default/)
  for (const empty of ['tenants', 'preload', 'weights', 'cron']) t.match(line(empty), /- +default/)
  const columns = lines.map((each) => each.search(/(?<=\S {2,})\S/))
  t.same(new Set(columns).size, 1)
})

t.test('neither form shows a secret', async (t) => {
  t.notMatch(printConfig(configuration), secret)
  t.notMatch(printConfigJson(configuration, undefined), secret)
})

t.test('as JSON it is one document', async (t) => {
  const document = JSON.parse(printConfigJson(configuration, '/etc/rqd.toml')) as { options: Record<string, unknown> }
  t.match(document, {
    file: '/etc/rqd.toml',
    options: { queues: { value: ['high', 'low'], origin: 'QUEUE' }, name: { value: null, origin: 'default' } },
    warnings: [],
  })
  t.same(Object.keys(document.options), optionKeys)
})
