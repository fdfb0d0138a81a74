/**
 * The text of a secret in AWS Secrets Manager. Its client is loaded only here, as only a start on AWS wants it.
 * @param arn of the secret; its region is in it.
 * @throws when there is no such secret, or none that is text, or this role may not read it.
 */
export async function readSecret(arn: string): Promise<string> {
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient({ region: arn.split(':')[3], maxAttempts: 3 });
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    if (!SecretString) throw new Error(`The secret ${arn} holds no text: put keys of at least 32 bytes there, separated by commas.`);
    return SecretString;
  } finally {
    client.destroy();
  }
}
