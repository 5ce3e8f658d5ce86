import { appOrigin } from '#shared/contract/studio/shell-port';
import { serveBytes } from '#host/studio/serve-bytes';
import { securityHeaders, servePage } from '#host/studio/serve-page';
import type { Studio } from '#host/studio/open-studio';

/** Of the scheme: an origin of its own that is secure, with `fetch` and streams, and without a way around the policy. */
export const schemePrivileges = { standard: true, secure: true, supportFetchAPI: true, stream: true } as const;

/** Answers the page's requests for its own files and for bytes. Nothing else can be asked for. */
export function answerRequests(studio: Studio, pageFolder: string) {
  return async (request: Request): Promise<Response> => {
    const { origin, host, protocol } = new URL(request.url);
    // Where a URL's scheme is not one of the web's, its origin may read as "null".
    const isOurs = origin === appOrigin || `${protocol}//${host}` === appOrigin;
    const answer = isOurs
      ? ((await serveBytes(studio, request)) ?? (await servePage(pageFolder, request)))
      : new Response(null, { status: 403 });
    return withSecurity(answer ?? new Response(null, { status: 404 }));
  };
}

function withSecurity(response: Response): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(securityHeaders)) headers.set(name, value);
  return new Response(response.body, { status: response.status, headers });
}
