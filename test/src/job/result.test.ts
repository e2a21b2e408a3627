import t from 'tap'
import { decodeExcInfo, encodeExcInfo, encodeResult, parseResult, ResultType } from '../../../src/job/result.js'
import { serializerOf } from '../../../src/serial/serializer.js'
import { goldenJobs, goldenNames, goldenResults, loadGolden } from '../../helpers/golden.js'

void t.test('every captured result parses and encodes to an equal meaning', (t) => {
  let seen = 0
  for (const name of goldenNames()) {
    for (const [id, entries] of goldenResults(loadGolden(name))) {
      for (const entry of entries) {
        const result = parseResult(entry.id, entry.fields)
        t.equal(result.createdAtMs, Number(entry.id.split('-')[0]))
        if (result.type === ResultType.failed) t.match(result.excString, /\S/, `${name}, ${id}`)
        seen++
        const { workerName, executionId, executionStartedAtMs } = result
        if (workerName === undefined || executionId === undefined || executionStartedAtMs === undefined) continue
        const flat = encodeResult({ ...result, workerName, executionId, executionStartedAtMs })
        t.strictSame(parseResult(entry.id, toFields(flat)), result, `${name}, ${id}`)
        for (const [field, value] of toFields(flat)) {
          if (field !== 'exc_string') t.equal(value.toString(), entry.fields.get(field)?.toString(), field)
        }
        t.equal(flat.length / 2, entry.fields.size)
      }
    }
  }
  t.ok(seen > 12, `${seen} results`)
  t.end()
})

void t.test('return values are in the serializer of the job, and missing for None', (t) => {
  const results = goldenResults(loadGolden('2.10--finished'))
  const first = (id: string) => parseResult(results.get(id)![0]!.id, results.get(id)![0]!.fields)
  t.strictSame(serializerOf('json').loads(first('done-json').returnValue!), { args: [1], kwargs: { two: [2, 'x'] } })
  t.match(serializerOf('pickle').loads(first('done-pickle').returnValue!), { args: [1], kwargs: { two: [2, 'x'] } })
  t.equal(first('done-none').returnValue, undefined)
  t.end()
})

void t.test('types 1 to 5 are read, and old entries with few fields', (t) => {
  for (const type of Object.values(ResultType)) t.equal(parseResult('5-0', toFields(['type', String(type)])).type, type)
  t.strictSame(parseResult('1795424408889-3', toFields(['type', '1'])), {
    id: '1795424408889-3',
    type: 1,
    createdAtMs: 1795424408889,
    returnValue: undefined,
    excString: undefined,
    workerName: undefined,
    executionId: undefined,
    executionStartedAtMs: undefined,
    executionEndedAtMs: undefined,
    output: [],
  })
  t.end()
})

void t.test(
  'C7: the last output of a failure is read, whichever field of ours has it; what is no list is none',
  (t) => {
    const output = (...fields: string[]) => parseResult('1-0', toFields(['type', '2', ...fields])).output
    t.strictSame(output('rqd_output', '["a", "b"]'), ['a', 'b'])
    t.strictSame(output('rqd_certificate', '{"cause": "signal", "output": ["c"]}'), ['c'])
    for (const other of ['', 'no JSON', 'null', '7', '{}', '{"output": 7}'])
      t.strictSame(output('rqd_output', other), [])
    t.strictSame(output('rqd_output', '["a", 7, null]'), ['a'])
    t.end()
  },
)

void t.test('a stopped job has no end, a failure has its text', (t) => {
  const flat = encodeResult({
    type: ResultType.failed,
    excString: 'Tracebäck\n',
    workerName: '',
    executionId: 'e',
    executionStartedAtMs: 1500,
  })
  t.strictSame(flat.filter((_, i) => i % 2 === 0), ['type', 'worker_name', 'exc_string', 'execution_id', 'execution_started_at']) // prettier-ignore
  t.match(parseResult('1-0', toFields(flat)), {
    excString: 'Tracebäck\n',
    workerName: '',
    executionStartedAtMs: 1500,
    executionEndedAtMs: undefined,
  })
  t.end()
})

void t.test('bad entries are MalformedJobErrors naming the field', (t) => {
  t.throws(() => parseResult('nonsense', new Map()), { code: 'RQD_MALFORMED_JOB', message: /"nonsense"/ })
  t.throws(() => parseResult('1-0', new Map()), {
    field: 'type',
    message: 'result 1-0, field type: found nothing, expected 1 to 5',
  })
  t.throws(() => parseResult('1-0', toFields(['type', '6'])), { code: 'RQD_MALFORMED_JOB', message: /found "6"/ })
  t.throws(() => parseResult('1-0', toFields(['type', '1', 'execution_started_at', 'x'])), {
    code: 'RQD_MALFORMED_JOB',
    message: /found "x"/,
  })
  t.end()
})

void t.test('exception texts are zlib or plain', (t) => {
  t.equal(decodeExcInfo(encodeExcInfo('x'.repeat(5000))), 'x'.repeat(5000))
  t.equal(decodeExcInfo(Buffer.from('plain text')), 'plain text')
  t.equal(decodeExcInfo(encodeExcInfo('')), '')
  const old = goldenJobs(loadGolden('1.13--old-hash-result'))
  t.match(decodeExcInfo(old.get('old-2')!.get('exc_info')!), /\S/)
  t.end()
})

function toFields(flat: readonly string[]): Map<string, Buffer> {
  const fields = new Map<string, Buffer>()
  for (let i = 0; i < flat.length; i += 2) fields.set(flat[i]!, Buffer.from(flat[i + 1]!))
  return fields
}
