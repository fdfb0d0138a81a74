import { hasThumbnail, type Photo, type SignedUrl } from './photo.ts';

export function photoPath({ userId, photoId }: Pick<Photo, 'userId' | 'photoId'>): string {
  return `/v1/users/${encodeURIComponent(userId)}/photos/${photoId}`;
}

/**
 * A photo as the API shows it; what was measured is shown once the photo is `ready`.
 * @param signed a download of its thumbnail, when that is to be shown too.
 */
export function photoView(photo: Photo, signed?: SignedUrl) {
  const { photoId, userId, status, metadata, fileName, thumbnail, version, createdAt, updatedAt } = photo;
  const { contentType, bytes, width, height, sha256 } = photo;
  const self = photoPath(photo);
  return {
    photoId,
    userId,
    status,
    ...(status === 'ready' && { contentType, bytes, width, height, sha256 }),
    ...(status === 'rejected' && { rejected: photo.rejected }),
    metadata,
    thumbnail: { ...thumbnail, ...signed },
    ...(fileName && { fileName }),
    version,
    createdAt,
    updatedAt,
    links: {
      self,
      ...(status === 'ready' && { original: `${self}/original` }),
      ...(hasThumbnail(photo) && { thumbnail: `${self}/thumbnail` }),
    },
  };
}
