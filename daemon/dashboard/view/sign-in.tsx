import type { VNode } from 'preact'
import { Bare } from './shell.js'
import type { Links } from './links.js'

/** Asks for a token. `wrong`: one was shown that is none. */
export function SignIn({ links, wrong }: { readonly links: Links; readonly wrong: boolean }): VNode {
  return (
    <Bare links={links} title="Sign in">
      <section class="panel narrow">
        <h1>Sign in</h1>
        <p>
          This dashboard asks for a token: the daemon&rsquo;s <code>http-token</code>, or its{' '}
          <code>http-view-token</code> to look only.
        </p>
        {wrong ? (
          <p class="note refused" role="alert">
            That is not a token of this daemon.
          </p>
        ) : null}
        <form method="post" action={links.to('/sign-in')} class="buttons">
          <label>
            Token <input type="password" name="token" required autocomplete="current-password" />
          </label>
          <button type="submit" class="button primary">
            Sign in
          </button>
        </form>
      </section>
    </Bare>
  )
}
