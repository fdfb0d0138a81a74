import type { createPresignedPost as CreatePresignedPost } from '@aws-sdk/s3-presigned-post';
import type { getSignedUrl as GetSignedUrl } from '@aws-sdk/s3-request-presigner';

// the SDK's own functions, loaded by the first call: a cold start is shorter without them

export const getSignedUrl: typeof GetSignedUrl = async (client, command, options) => {
  const presigner = await import('@aws-sdk/s3-request-presigner');
  return presigner.getSignedUrl(client, command, options);
};

export const createPresignedPost: typeof CreatePresignedPost = async (client, options) => {
  const presigner = await import('@aws-sdk/s3-presigned-post');
  return presigner.createPresignedPost(client, options);
};
