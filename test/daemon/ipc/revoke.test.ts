import fc from 'fast-check'
import t from 'tap'
import { RevokeDecoder, encodeRevoke, encodeRevoked } from '../../../daemon/ipc/revoke.js'

const seq = fc.integer({ min: 0, max: 2 ** 32 - 1 })

void t.test('questions and answers survive any cut of the stream', (t) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(seq, seq)), fc.integer({ min: 1, max: 13 }), (pairs, size) => {
      const answers = Buffer.concat(pairs.map(([upToSeq, begunSeq]) => encodeRevoked(upToSeq, begunSeq)))
      const questions = Buffer.concat(pairs.map(([upToSeq]) => encodeRevoke(upToSeq)))
      const read = (bytes: Buffer, decoder: RevokeDecoder): number[][] =>
        Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          decoder.push(bytes.subarray(i * size, (i + 1) * size)),
        ).flat()
      t.same(read(answers, new RevokeDecoder(2)), pairs)
      t.same(
        read(questions, new RevokeDecoder(1)),
        pairs.map(([upToSeq]) => [upToSeq]),
      )
    }),
  )
  t.end()
})
