// The keys of messages of cards have a year: trace numbers and times of transmission come again.
import { Migration } from '@mikro-orm/migrations';

export class DatedCardMessages extends Migration {
  override up(): void {
    // In the year in which the time that it says is nearest to when it came, as of what comes from now on (withYear).
    this.addSql(`
      update card_authorization c set message_key = k.acquirer || '/' || k.trace || '/' || k.year || k.time
      from (
        select id, split_part(message_key, '/', 1) as acquirer, split_part(message_key, '/', 2) as trace, time,
          extract(year from came)::integer + case when away > 6 then -1 when away < -6 then 1 else 0 end as year
        from (
          select id, message_key, time, came, left(time, 2)::integer - extract(month from came)::integer as away
          from (
            select id, message_key, split_part(message_key, '/', 3) as time, create_time at time zone 'UTC' as came
            from card_authorization
          ) as split
        ) as compared
      ) as k
      where k.id = c.id and length(k.time) = 10
    `);
  }
}
