import { PassThrough } from 'node:stream'
import t from 'tap'
import { type LogLevel, createLogger, writes } from '../../daemon/log.js'
import { lineMaker } from '../../daemon/log/log-format.js'

async function lines(
  level: LogLevel,
  format: string,
  write: (logger: ReturnType<typeof createLogger>) => void,
): Promise<string[]> {
  const logged = await Promise.all(
    [false, true].map(async (opened) => {
      const stream = new PassThrough()
      const logger = createLogger(level, lineMaker({ format, dateFormat: undefined, pid: 1 }), stream)
      if (opened) logger.open()
      write(logger)
      await new Promise((resolve) => setImmediate(resolve))
      return String(stream.read() ?? '')
    }),
  )
  const [before, after] = logged.map((text) => text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'))
  if (before !== after) throw new Error(`opening the logger changes its lines: ${before}\n${after}`)
  return (logged[0] ?? '').trimEnd().split('\n')
}

t.test('a text line is a sentence and its fields; odd values are quoted, so that it stays one line', async (t) => {
  const [line, ...more] = await lines('info', 'text', (logger) =>
    logger.info('job failed', { jobId: 'a-1', error: 'two\nlines "x"', n: 3, none: undefined, empty: '' }),
  )
  t.match(line, /^\d{4}-\d\d-\d\dT[\d:.]+Z INFO {2}job failed {2}jobId=a-1 error="two\\nlines \\"x\\"" n=3$/)
  t.same(more, [])
})

t.test('a JSON line is one object', async (t) => {
  const [line] = await lines('info', 'json', (logger) => logger.warn('careful', { n: 3 }))
  t.match(JSON.parse(line ?? ''), { level: 'warn', message: 'careful', fields: { n: 3 } })
})

t.test('what is below the level is not written', async (t) => {
  const written = await lines('warn', 'text', (logger) => {
    logger.debug('debug')
    logger.info('info')
    logger.error('error')
  })
  t.equal(written.length, 1)
  t.match(written[0], 'ERROR error')
})

t.test('levels, from the quietest', async (t) => {
  const levels: LogLevel[] = ['error', 'warn', 'info', 'debug']
  for (const [i, level] of levels.entries()) {
    t.same(
      levels.filter((at) => writes(level, at)),
      levels.slice(0, i + 1),
    )
  }
})

t.test('C3: the level can change while lines are written, before and after winston is there', async (t) => {
  const written = await lines('info', 'text', (logger) => {
    logger.debug('one')
    logger.setLevel('debug')
    logger.debug('two')
    logger.setLevel('warn')
    logger.info('three')
  })
  t.equal(written.length, 1)
  t.match(written[0], 'DEBUG two')
})
