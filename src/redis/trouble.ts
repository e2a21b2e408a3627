import type { Redis } from 'ioredis'

/** Codes of Node and OpenSSL, and first words of Redis, that say little by themselves: what they mean and what to do. */
const meanings: readonly (readonly [found: RegExp, meaning: string])[] = [
  [
    /SELF_SIGNED|UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT)/,
    'its certificate is of an authority that is not known here; name that with ssl_ca_certs',
  ],
  [/CERT_HAS_EXPIRED/, 'its certificate has expired; renew it there'],
  [/CERT_NOT_YET_VALID/, 'its certificate is not valid yet; compare the clocks'],
  [
    /ERR_TLS_CERT_ALTNAME_INVALID/,
    'its certificate is for other names; connect by one of them, or give it as ssl_server_name',
  ],
  [
    /ALERT_(CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE)/,
    'it wants a certificate of ours; give ssl_certfile and ssl_keyfile',
  ],
  [/ALERT_UNKNOWN_CA/, 'it does not know the authority of our certificate (ssl_certfile)'],
  [/ALERT_CERTIFICATE_EXPIRED/, 'our certificate (ssl_certfile) has expired; renew it'],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/, 'it does not speak TLS on this port; use redis:// there'],
  [/^WRONGPASS/, 'it does not know this user name and password'],
  [/^NOAUTH/, 'it wants a password'],
  [/^NOPERM/, 'its ACL does not allow this user what is needed; docs/redis.md has the rules'],
]

/** A server that does not understand us says nothing, or hangs up: it depends on how we speak what that may mean. */
const misunderstandings = {
  tls: [
    [/^ETIMEDOUT$/, 'it does not answer in time, as a port that does not speak TLS; use redis:// if so'],
    [
      /^ECONNRESET$/,
      'it cut the connection, as it does where a certificate of ours that it trusts (ssl_certfile) is wanted',
    ],
  ],
  plain: [[/^ECONNRESET$/, 'it cut the connection, as it does where TLS is wanted; use rediss:// if so']],
} satisfies Record<string, typeof meanings>

/**
 * What went wrong between us and a server, in words an operator can act on.
 * @param client which met with it
 */
export function describeTrouble(error: Error, client: Pick<Redis, 'options'>): string {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  const text = error.message === '' ? (code === '' ? 'no reason given' : code) : error.message
  const silent = misunderstandings[client.options.tls === undefined ? 'plain' : 'tls']
  const [, meaning] = [...meanings, ...silent].find(([found]) => found.test(code) || found.test(error.message)) ?? []
  return meaning === undefined ? text : `${meaning} (${text})`
}
