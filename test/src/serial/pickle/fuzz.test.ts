import t, { type Test } from 'tap'
import { RqdError } from '../../../../src/errors.js'
import { decodeCall } from '../../../../src/job/call.js'
import { deflate } from '../../../../src/job/compress.js'
import { readPickle } from '../../../../src/serial/pickle/reader.js'
import { writePickle } from '../../../../src/serial/pickle/writer.js'
import { loadPickleRows } from '../../../helpers/golden.js'
import { generator } from '../support/random.js'

/** Bytes that are opcodes, so that random programs get somewhere. */
const opcodes = Buffer.from(
  '(.0122NKMJGXCB]})seuaqhrjbcR\x80\x81\x85\x86\x87\x88\x89\x8a\x8c\x8f\x90\x91\x93\x94\x95\x96\x92t',
  'latin1',
)

/** Each must end at once, with a value or with an error of ours. */
function survives(t: Test, bytes: Buffer): void {
  // Of the processor, not of the clock: a busy machine may let this process stand still.
  const started = process.cpuUsage()
  try {
    writePickle(readPickle(bytes).value)
  } catch (error) {
    if (!(error instanceof RqdError)) t.fail(`${String(error)} for ${bytes.toString('hex')}`)
  }
  try {
    decodeCall(deflate(bytes))
  } catch (error) {
    if (!(error instanceof RqdError)) t.fail(`decodeCall: ${String(error)} for ${bytes.toString('hex')}`)
  }
  const { user, system } = process.cpuUsage(started)
  const ms = (user + system) / 1_000
  if (ms > 1000) t.fail(`${ms} ms for ${bytes.toString('hex')}`)
}

void t.test('10,000 random and mutated pickles end in a value or an error of ours', (t) => {
  const random = generator(20261123)
  const seeds = loadPickleRows().flatMap(({ pickles }) => [...pickles.values()])
  for (let i = 0; i < 4000; i++) {
    const program = Buffer.alloc(2 + random(60))
    for (let at = 0; at < program.length; at++)
      program[at] = random(4) === 0 ? random(256) : opcodes[random(opcodes.length)]!
    program.set([0x80, 4])
    survives(t, program)
  }
  for (let i = 0; i < 6000; i++) {
    const pickle = Buffer.from(seeds[random(seeds.length)]!)
    for (let changes = 1 + random(4); changes > 0; changes--) {
      const at = random(pickle.length)
      pickle[at] = random(2) === 0 ? random(256) : opcodes[random(opcodes.length)]!
    }
    const spliced =
      random(5) === 0
        ? Buffer.concat([pickle.subarray(0, random(pickle.length)), seeds[random(seeds.length)]!])
        : pickle
    survives(t, random(6) === 0 ? spliced.subarray(0, random(spliced.length)) : spliced)
  }
  t.pass('all ended')
  t.end()
})
