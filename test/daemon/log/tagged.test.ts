import t from 'tap'
import { tagged } from '../../../daemon/log/tagged.js'
import type { LogFields } from '../../../src/logger.js'

t.test('lines of every level have the fields, behind their own', (t) => {
  const lines: [string, string, LogFields | undefined][] = []
  const at =
    (level: string) =>
    (message: string, fields?: LogFields): void =>
      void lines.push([level, message, fields])
  const logger = tagged(
    { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') },
    { tenant: 'ann' },
  )
  logger.error('a', { jobId: '1' })
  logger.warn('b')
  logger.info('c')
  logger.debug('d')
  t.same(lines, [
    ['error', 'a', { jobId: '1', tenant: 'ann' }],
    ['warn', 'b', { tenant: 'ann' }],
    ['info', 'c', { tenant: 'ann' }],
    ['debug', 'd', { tenant: 'ann' }],
  ])
  t.end()
})
