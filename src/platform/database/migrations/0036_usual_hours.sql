-- In which hours of their local day people click, look and buy, counted over a sample of them. Shares only: nothing here tells of a person.
create table usual_hours (
  hour smallint primary key check (hour between 0 and 23),
  weight double precision not null -- the sum of each person's share, so that nobody counts for more than one
);
