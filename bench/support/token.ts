const TENANT = '4f1c7d0a-6a5e-4d5b-9c3e-2b8a1f0e7c11';

/** A delegated token with Chat.ReadWrite from the issuer at `origin`. */
export async function askForToken(origin: string): Promise<string> {
  const response = await fetch(`${origin}/${TENANT}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', expires_in: '3600' }),
  });
  const { access_token } = (await response.json()) as { access_token: string }; // RFC 6749 §5.1
  return access_token;
}
